package larktest

import (
	"slices"
)

const (
	usersPath       = "/open-apis/contact/v3/users"
	departmentsPath = "/open-apis/contact/v3/departments"
)

// users and departments are the address book ("contact-v3").
var (
	users = collection{
		path: usersPath, name: "user", list: "items", id: "open_id", otherIDs: []string{"user_id", "union_id"}, prefix: "ou_",
		change: "PATCH", limit: 50, required: []string{"name", "department_ids"},
		notFound: fail(41012, "user id invalid error"),
		initial: func(*exchange) document {
			return document{"status": map[string]any{"is_activated": true, "is_exited": false, "is_frozen": false, "is_resigned": false}}
		},
	}
	departments = collection{
		path: departmentsPath, name: "department", list: "items", id: "open_department_id", otherIDs: []string{"department_id"}, prefix: "od-",
		change: "PATCH", limit: 50, required: []string{"name"},
		notFound: fail(43010, "department id invalid"),
	}
)

var contactRoutes = slices.Concat([]route{
	{"GET", usersPath + "/find_by_department", tenantOrUserToken, usersOfDepartment},
	{"POST", usersPath + "/batch_get_id", tenantToken, userIDs},
	{"GET", departmentsPath + "/{document}/children", tenantOrUserToken, subdepartments},
}, users.routes(), departments.routes())

// usersOfDepartment is "contact-v3/user/find_by_department". The root department, 0,
// has the users that name it or no department.
func usersOfDepartment(p *Platform, x *exchange) (any, *failure) {
	department := x.URL.Query().Get("department_id")
	var c check
	c.required("department_id", department)
	if f := c.failure(); f != nil {
		return nil, f
	}
	var found []document
	for _, u := range p.documents[usersPath] {
		departmentIDs, _ := u["department_ids"].([]any)
		if slices.Contains(departmentIDs, any(department)) || department == "0" && len(departmentIDs) == 0 {
			found = append(found, u)
		}
	}
	return pageDocuments(x, "items", 50, found)
}

// subdepartments is "contact-v3/department/children".
func subdepartments(p *Platform, x *exchange) (any, *failure) {
	var found []document
	for _, d := range p.documents[departmentsPath] {
		parent, ok := d["parent_department_id"]
		if parent == x.PathValue("document") || !ok && x.PathValue("document") == "0" {
			found = append(found, d)
		}
	}
	return pageDocuments(x, "items", 50, found)
}

// userIDs is "contact-v3/user/batch_get_id": a user that nobody knows has an entry
// without an id.
func userIDs(p *Platform, x *exchange) (any, *failure) {
	var b struct{ Emails, Mobiles []string }
	if f := x.decode(&b); f != nil {
		return nil, f
	}
	idType := x.URL.Query().Get("user_id_type")
	if idType == "" {
		idType = "open_id"
	}
	list := []any{}
	add := func(field, value string) {
		entry := map[string]any{field: value}
		for _, u := range p.documents[usersPath] {
			if u[field] == value && u[idType] != nil {
				entry["user_id"] = u[idType]
			}
		}
		list = append(list, entry)
	}
	for _, email := range b.Emails {
		add("email", email)
	}
	for _, mobile := range b.Mobiles {
		add("mobile", mobile)
	}
	return map[string]any{"user_list": list}, nil
}
