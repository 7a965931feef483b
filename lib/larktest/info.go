package larktest

// botInfo is "bot-v3/info": its answer has no data field.
func botInfo(_ *Platform, x *exchange) (any, *failure) {
	return noDataField{"bot": map[string]any{
		"activate_status": 2,
		"app_name":        "standin " + x.app.ID,
		"avatar_url":      "",
		"ip_white_list":   []string{},
		"open_id":         "ou_bot_" + x.app.ID,
	}}, nil
}

// outboundIPs is "event-v1/outbound_ip/list". Its addresses are in the range that is
// reserved for documentation.
func outboundIPs(_ *Platform, x *exchange) (any, *failure) {
	ips := []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}
	return page(x, "ip_list", 50, ips, func(ip string) any { return ip })
}

// listTickets is "helpdesk-v1/ticket/list" of a help desk without tickets. The platform
// has this path because calls below it need the help desk's authorization.
func listTickets(*Platform, *exchange) (any, *failure) {
	return map[string]any{"total": 0, "tickets": []any{}}, nil
}
