package notice

import (
	"net/url"
	"strings"
)

// maxURL is the length up to which a link is used. Links to pages that exist are shorter.
const maxURL = 2000

// console returns the address of a page of the AWS console. It returns "" if the region
// is not valid, or if the console of its partition has no public name.
func console(region, page string) string {
	host := consoleHost(region)
	if host == "" || len(page) > maxURL {
		return ""
	}
	return "https://" + host + page
}

// consoleHost returns the console's host of a region's partition
// (docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html,
// docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud.html).
func consoleHost(region string) string {
	if len(region) > 32 || strings.Count(region, "-") < 2 ||
		strings.Trim(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "console.amazonaws.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "console.amazonaws-us-gov.com"
	case strings.Contains(region, "-iso"), strings.HasPrefix(region, "eusc-"):
		return ""
	}
	return "console.aws.amazon.com"
}

// consolePage returns a link of an event if it leads to the AWS console, else "". Somebody
// other than AWS may have made the event.
func consolePage(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil || len(link) > maxURL {
		return ""
	}
	for _, host := range []string{"console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com"} {
		if u.Host == host || strings.HasSuffix(u.Host, "."+host) {
			return link
		}
	}
	return ""
}
