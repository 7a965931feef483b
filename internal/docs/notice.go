package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/larkbridge/larkbridge/internal/cardview"
	"github.com/larkbridge/larkbridge/lib/notice"
)

const (
	// samples is the folder of AWS's own sample events.
	samples = "lib/notice/testdata"
	// notices is the folder of the pictures of their cards.
	notices = diagrams + "/notices"
	// heightsFile has the heights of the cards in pixels, by the names of the samples.
	heightsFile = notices + "/heights.json"
	// cardWidth is the width of a card in pixels.
	cardWidth = 440
	// unknownHeight is the height of the picture of a card that was not measured.
	unknownHeight = 400
)

// drawNotices returns the pictures of the cards of all samples, by their files.
func drawNotices(root fs.FS, heights map[string]int) (map[string][]byte, error) {
	cards, err := noticeCards(root)
	if err != nil {
		return nil, err
	}
	pictures := map[string][]byte{}
	for name, card := range cards {
		height := heights[name]
		if height == 0 {
			height = unknownHeight
		}
		pictures[notices+"/"+name+".svg"] = fmt.Appendf(nil,
			"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n<style><![CDATA[%s]]></style>\n"+
				"<foreignObject width=\"100%%\" height=\"100%%\"><div xmlns=\"http://www.w3.org/1999/xhtml\">\n%s\n</div></foreignObject>\n</svg>\n",
			cardWidth, height, cardWidth, height, strings.TrimSpace(cardview.Stylesheet), card)
	}
	return pictures, nil
}

// noticeCards returns the cards of all samples as HTML, by the names of the samples.
func noticeCards(root fs.FS) (map[string]string, error) {
	files, err := fs.Glob(root, samples+"/*.json")
	if err != nil {
		return nil, err
	}
	cards := map[string]string{}
	for _, file := range files {
		sample, err := fs.ReadFile(root, file)
		if err != nil {
			return nil, err
		}
		card, ok := notice.Card(sample)
		if !ok {
			return nil, fmt.Errorf("%s: it is not recognised", file)
		}
		doc, err := json.Marshal(card)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		cards[strings.TrimSuffix(path.Base(file), ".json")] = string(cardview.Render(doc, cardview.English))
	}
	return cards, nil
}

// readHeights reads the heights of the cards. There are none before they are measured.
func readHeights(root fs.FS) (map[string]int, error) {
	heights := map[string]int{}
	text, err := fs.ReadFile(root, heightsFile)
	if err != nil {
		return heights, nil //nolint:nilerr // the file is written by the first measurement
	}
	if err := json.Unmarshal(text, &heights); err != nil {
		return nil, fmt.Errorf("%s: %w", heightsFile, err)
	}
	return heights, nil
}

// measurement returns a page that shows all cards and, once a browser has laid it out,
// says how high each one is.
func measurement(cards map[string]string) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<!doctype html><meta charset=utf-8><style>%s</style>\n", cardview.Stylesheet)
	for name, card := range cards {
		fmt.Fprintf(&page, "<div data-name=%q style=\"width:%dpx\">%s</div>\n", name, cardWidth, card)
	}
	page.WriteString(`<script>
for (const card of document.querySelectorAll("[data-name]")) card.dataset.height = Math.ceil(card.getBoundingClientRect().height)
</script>`)
	return page.Bytes()
}

var measured = regexp.MustCompile(`data-name="([^"]+)"[^>]*data-height="(\d+)"`)

// readMeasurement reads the heights from such a page as the browser has it then.
func readMeasurement(page []byte) map[string]int {
	heights := map[string]int{}
	for _, m := range measured.FindAllSubmatch(page, -1) {
		heights[string(m[1])], _ = strconv.Atoi(string(m[2])) // digits
	}
	return heights
}
