package larktest

const recordsPath = "/open-apis/bitable/v1/apps/{app}/tables/{table}/records"

// records are those of the tables of a base ("bitable-v1/app-table-record"). Every
// base and every table exists.
var records = collection{
	path: recordsPath, name: "record", list: "items", id: "record_id", prefix: "rec", change: "PUT", limit: 500,
	required: []string{"fields"}, notFound: fail(1254043, "RecordIdNotFound"), confirms: true,
}

var recordRoutes = []route{
	{"POST", recordsPath + "/batch_create", tenantOrUserToken, createRecords},
	{"POST", recordsPath + "/search", tenantOrUserToken, searchRecords},
}

// createRecords is "bitable-v1/app-table-record/batch_create".
func createRecords(p *Platform, x *exchange) (any, *failure) {
	var b struct{ Records []document }
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	list := records.listPath(x)
	for _, r := range b.Records {
		r["record_id"] = p.nextID("rec")
		p.documents[list] = append(p.documents[list], r)
	}
	return map[string]any{"records": b.Records}, nil
}

// searchRecords is "bitable-v1/app-table-record/search". The stand-in knows no
// filters and no order: it says so instead of returning other records.
func searchRecords(p *Platform, x *exchange) (any, *failure) {
	var b struct{ Filter, Sort any }
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	if b.Filter != nil || b.Sort != nil {
		return nil, fail(1254018, "InvalidFilter: the stand-in does not know filter and sort")
	}
	all := p.documents[records.listPath(x)]
	out, f := pageDocuments(x, "items", 500, all)
	if f != nil {
		return nil, f
	}
	out["total"] = len(all)
	return out, nil
}
