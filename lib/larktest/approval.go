package larktest

const instancesPath = "/open-apis/approval/v4/instances"

// instances are those of approvals ("approval-v4/instance"). Every approval exists,
// and one task of one approver decides.
var instances = collection{
	path: instancesPath, id: "instance_code",
	required: []string{"approval_code", "form"},
	notFound: fail(1390003, "instance code not found"),
	initial: func(x *exchange) document {
		return document{"status": "PENDING", "start_time": millis(x.time), "end_time": "0", "tenant_key": x.tenant}
	},
}

var approvalRoutes = []route{
	{"POST", instancesPath, tenantToken, createInstance},
	{"GET", instancesPath, tenantToken, listInstances},
	{"GET", instancesPath + "/{document}", tenantToken, instances.get},
	{"POST", instancesPath + "/cancel", tenantToken, decide("CANCELED")},
	{"POST", "/open-apis/approval/v4/tasks/approve", tenantToken, decide("APPROVED")},
	{"POST", "/open-apis/approval/v4/tasks/reject", tenantToken, decide("REJECTED")},
}

// createInstance is "approval-v4/instance/create": its answer has the code only.
func createInstance(p *Platform, x *exchange) (any, *failure) {
	created, f := instances.create(p, x)
	if f != nil {
		return nil, f
	}
	return map[string]any{"instance_code": created.(document)["instance_code"]}, nil
}

// listInstances is "approval-v4/instance/list".
func listInstances(p *Platform, x *exchange) (any, *failure) {
	approval := x.URL.Query().Get("approval_code")
	var c check
	c.required("approval_code", approval)
	if f := c.failure(); f != nil {
		return nil, f
	}
	var codes []any
	for _, d := range p.documents[instancesPath] {
		if d["approval_code"] == approval {
			codes = append(codes, d["instance_code"])
		}
	}
	return page(x, "instance_code_list", 100, codes, func(code any) any { return code })
}

// decide serves a call that ends an instance.
func decide(status string) handler {
	return func(p *Platform, x *exchange) (any, *failure) {
		var b struct {
			Instance string `json:"instance_code"`
		}
		if f := x.decode(&b); f != nil {
			return nil, f
		}
		for _, d := range p.documents[instancesPath] {
			switch {
			case d["instance_code"] != b.Instance:
				continue
			case d["status"] != "PENDING":
				return nil, fail(1390015, "the instance is not pending")
			}
			d["status"], d["end_time"] = status, millis(x.time)
			return nil, nil
		}
		return nil, instances.notFound
	}
}
