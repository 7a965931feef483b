package larktest

const (
	calendarsPath   = "/open-apis/calendar/v4/calendars"
	primaryCalendar = "standin_primary@group.calendar.feishu.cn"
)

// events are those of calendars ("calendar-v4/calendar-event"). Every calendar
// exists.
var events = collection{
	path: calendarsPath + "/{calendar}/events", name: "event", list: "items", id: "event_id", change: "PATCH", limit: 1000,
	required: []string{"start_time", "end_time"},
	notFound: fail(193001, "event not found"),
	initial:  func(*exchange) document { return document{"status": "confirmed", "visibility": "default"} },
}

var calendarRoutes = []route{
	{"GET", calendarsPath, tenantOrUserToken, listCalendars},
	{"POST", calendarsPath + "/primary", tenantOrUserToken, primary},
}

func primaryOf(x *exchange) map[string]any {
	return map[string]any{"calendar_id": primaryCalendar, "summary": "standin " + x.app.ID, "type": "primary", "role": "owner"}
}

// listCalendars is "calendar-v4/calendar/list".
func listCalendars(_ *Platform, x *exchange) (any, *failure) {
	return map[string]any{"calendar_list": []any{primaryOf(x)}, "has_more": false, "page_token": "", "sync_token": ""}, nil
}

// primary is "calendar-v4/calendar/primary".
func primary(_ *Platform, x *exchange) (any, *failure) {
	return map[string]any{"calendars": []any{map[string]any{"calendar": primaryOf(x), "user_id": "ou_bot_" + x.app.ID}}}, nil
}
