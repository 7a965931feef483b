package larktest

import "testing"

func TestOutboundIPs(t *testing.T) {
	d := newFixture(t).get("/open-apis/event/v1/outbound_ip?page_size=2").want(0).data()
	if ips := d.body["ip_list"].([]any); len(ips) != 2 || ips[0] != "192.0.2.1" || d.body["has_more"] != true {
		t.Errorf("got %v, want two addresses, the first of them 192.0.2.1, and more", d.body)
	}
}
