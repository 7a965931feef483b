package larktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// document is one JSON object that an app or a test has stored, such as a user or
// a record of a table.
type document map[string]any

// collection describes the calls by which an app creates, reads, changes and
// deletes the documents below one path. The platform keeps what it is given and
// checks only what required names.
type collection struct {
	path     string   // of the list, such as /open-apis/contact/v3/users
	name     string   // of a document in an answer; "" stands for the data itself
	list     string   // of the documents in the answer of a list
	id       string   // the field with the id of a document
	otherIDs []string // fields by whose value a document is found, too
	prefix   string   // of a new id
	change   string   // the method that changes a document: PUT or PATCH
	limit    int      // the largest page
	required []string
	notFound *failure
	// initial returns the fields that Lark adds to a new document; nil adds none.
	initial func(x *exchange) document
	// confirms says that the answer of a deletion has the id of what is deleted.
	confirms bool
}

// routes returns the endpoints of the collection.
func (c collection) routes() []route {
	one := c.path + "/{document}"
	return []route{
		{"GET", c.path, tenantOrUserToken, c.page},
		{"POST", c.path, tenantOrUserToken, c.create},
		{"GET", one, tenantOrUserToken, c.get},
		{c.change, one, tenantOrUserToken, c.update},
		{"DELETE", one, tenantOrUserToken, c.remove},
	}
}

// documents are the documents of all collections, by the path of their list and in
// the order of their creation.
type documents map[string][]document

func (c collection) page(p *Platform, x *exchange) (any, *failure) {
	all := p.documents[x.URL.Path]
	out, f := pageDocuments(x, c.list, c.limit, all)
	if f != nil {
		return nil, f
	}
	out["total"] = len(all)
	return out, nil
}

// pageDocuments answers one page of documents as they are.
func pageDocuments(x *exchange, name string, limit int, documents []document) (map[string]any, *failure) {
	return page(x, name, limit, documents, func(d document) any { return d })
}

func (c collection) create(p *Platform, x *exchange) (any, *failure) {
	fields, f := c.decode(x)
	if f != nil {
		return nil, f
	}
	var missing check
	for _, name := range c.required {
		if fields[name] == nil || fields[name] == "" {
			missing.add(name, "", "is required")
		}
	}
	if f := missing.failure(); f != nil {
		return nil, f
	}
	d := document{c.id: p.nextID(c.prefix)}
	if c.initial != nil {
		maps.Copy(d, c.initial(x))
	}
	maps.Copy(d, fields)
	p.documents[x.URL.Path] = append(p.documents[x.URL.Path], d)
	return c.answer(d), nil
}

func (c collection) get(p *Platform, x *exchange) (any, *failure) {
	d, f := c.find(p, x)
	if f != nil {
		return nil, f
	}
	return c.answer(d), nil
}

func (c collection) update(p *Platform, x *exchange) (any, *failure) {
	d, f := c.find(p, x)
	if f != nil {
		return nil, f
	}
	fields, f := c.decode(x)
	if f != nil {
		return nil, f
	}
	for name, value := range fields {
		// The cells of a record are changed one by one.
		before, isObject := d[name].(map[string]any)
		if after, ok := value.(map[string]any); ok && isObject {
			merged := maps.Clone(before)
			maps.Copy(merged, after)
			value = merged
		}
		d[name] = value
	}
	return c.answer(d), nil
}

func (c collection) remove(p *Platform, x *exchange) (any, *failure) {
	d, f := c.find(p, x)
	if f != nil {
		return nil, f
	}
	list := c.listPath(x)
	p.documents[list] = slices.DeleteFunc(p.documents[list], func(other document) bool { return other[c.id] == d[c.id] })
	if !c.confirms {
		return nil, nil
	}
	return map[string]any{"deleted": true, c.id: d[c.id]}, nil
}

// decode reads the fields of a document. Its id is not among them.
func (c collection) decode(x *exchange) (fields document, f *failure) {
	if f := x.decode(&fields); f != nil {
		return nil, f
	}
	delete(fields, c.id)
	return fields, nil
}

// find returns the document that the path names.
func (c collection) find(p *Platform, x *exchange) (document, *failure) {
	id := x.PathValue("document")
	for _, d := range p.documents[c.listPath(x)] {
		if d[c.id] == id || slices.ContainsFunc(c.otherIDs, func(name string) bool { return d[name] == id }) {
			return d, nil
		}
	}
	return nil, c.notFound
}

// listPath returns the path of the list that the document of the path is in.
func (c collection) listPath(x *exchange) string {
	return x.URL.Path[:strings.LastIndexByte(x.URL.Path, '/')]
}

func (c collection) answer(d document) any {
	if c.name == "" {
		return d
	}
	return map[string]any{c.name: d}
}

// AddDocument stores a JSON object as Lark has it, such as a user below
// /open-apis/contact/v3/users or a record below the path of its table: calls on
// that path list and return it. It panics on what is not a JSON object.
func (p *Platform) AddDocument(path string, object json.RawMessage) {
	var d document
	if err := json.Unmarshal(object, &d); err != nil || d == nil {
		panic("larktest: AddDocument needs a JSON object")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.documents[path] = append(p.documents[path], d)
}
