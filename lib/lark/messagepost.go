package lark

import "bytes"

// A post, a card and the summary of a task are a title and lines of tags. They
// occur bare, wrapped in a field "post", with a layer of languages, with their
// lines in "content", "content_v2" or "elements", and, for cards, as the JSON
// 1.0 or 2.0 that was sent.

// span is a part of message.text.
type span struct{ start, end int }

// lines are the lines of a section: their text and the resources in them.
type lines struct {
	text, resources span
}

// section is a title with its lines, in one language.
type section struct {
	rank    int // of its language: the lowest is preferred
	title   span
	lines   lines // of content or elements
	linesV2 lines // of content_v2
}

// languageRank is the order in which the languages of a post are preferred. A
// section outside a language has the rank 0.
func languageRank(name []byte) int {
	switch string(name) {
	case "zh_cn":
		return 1
	case "en_us":
		return 2
	case "ja_jp":
		return 3
	}
	return 4
}

// sections reads a content that may have several sections, and keeps the
// preferred one.
type sections struct {
	*message
	best  section
	title section // with the title of the whole, for a section that has none
}

// readSections reads a whole post, card or summary. Afterwards m.text has the
// title and the lines of the preferred section, and m.resources what its lines
// show.
func (m *message) readSections() error {
	all := sections{message: m, best: section{rank: maxRank}, title: section{rank: maxRank}}
	var err error
	if m.reader.kind() == '{' {
		err = all.readSection(0)
	} else {
		var s section
		s.lines, err = m.readLines()
		all.consider(s)
	}
	if err != nil {
		return err
	}
	title := m.in(all.best.title)
	if isBlank(title) {
		title = m.in(all.title.title)
	}
	shown := m.preferred(all.best)
	text := m.in(shown.text)
	if !isBlank(title) {
		title = bytes.TrimFunc(title, isSpace)
		text = append(append(append(make([]byte, 0, len(title)+1+len(text)), title...), '\n'), text...)
	}
	m.text = text
	m.resources = m.resources[shown.resources.start:shown.resources.end]
	return nil
}

// maxRank is above the rank of every section.
const maxRank = 1 << 10

// readSection reads an object as a section, and objects in it as further
// sections: of languages, or because they only wrap one.
func (all *sections) readSection(rank int) error {
	s := section{rank: rank}
	if err := all.readInto(&s); err != nil {
		return err
	}
	if rank == 0 && !isBlank(all.in(s.title)) {
		all.title = s
	}
	all.consider(s)
	return nil
}

func (all *sections) readInto(s *section) error {
	r := all.reader
	return r.members(func(name []byte) (err error) {
		kind := r.kind()
		switch string(name) {
		case "title", "header":
			var title span
			if title, err = all.readTitle(); isBlank(all.in(s.title)) {
				s.title = title
			}
			return err
		case "content", "elements":
			s.lines, err = all.readLines()
			return err
		case "content_v2":
			s.linesV2, err = all.readLines()
			return err
		case "i18n_header":
			if kind == '{' {
				return all.readTitles()
			}
		case "body": // of a card in JSON 2.0
			if kind == '{' {
				return all.readInto(s)
			}
		}
		switch {
		case kind == '{':
			return all.readSection(languageRank(name))
		case kind == '[' && len(name) == len("zh_cn") && name[2] == '_': // in i18n_elements
			language := section{rank: languageRank(name)}
			language.lines, err = all.readLines()
			all.consider(language)
			return err
		}
		_, err = r.value()
		return err
	})
}

// readTitles reads a card's i18n_header: a header for each language.
func (all *sections) readTitles() error {
	return all.reader.members(func(name []byte) error {
		s := section{rank: languageRank(name)}
		var err error
		if s.title, err = all.readTitle(); s.rank < all.title.rank && !isBlank(all.in(s.title)) {
			all.title = s
		}
		return err
	})
}

// readTitle reads a title: a string, or the header of a card.
func (m *message) readTitle() (span, error) {
	start := len(m.text)
	m.lineStart = start
	err := m.readTag(true)
	m.endLine()
	return span{start, len(m.text)}, err
}

// readLines reads lines of tags. A value that is no list is one line.
func (m *message) readLines() (lines, error) {
	l := lines{span{start: len(m.text)}, span{start: len(m.resources)}}
	m.lineStart = len(m.text)
	var err error
	if m.reader.kind() == '[' {
		err = m.reader.elements(func() error {
			err := m.readTag(m.reader.kind() == '{')
			m.endLine()
			return err
		})
	} else {
		err = m.readTag(true)
		m.endLine()
	}
	l.text.end, l.resources.end = len(m.text), len(m.resources)
	return l, err
}

// consider keeps the section if it is preferred to those before: for its words,
// then for anything in its lines, then for its title, then for its language.
func (all *sections) consider(s section) {
	value := func(s section) int {
		switch l := all.preferred(s); {
		case l.text.start < l.text.end:
			return 3
		case l.resources.start < l.resources.end:
			return 2
		case !isBlank(all.in(s.title)):
			return 1
		}
		return 0
	}
	if was, is := value(all.best), value(s); is > was || is == was && s.rank < all.best.rank {
		all.best = s
	}
}

// preferred returns the lines of content_v2 if there is anything in them, else
// those of content.
func (m *message) preferred(s section) lines {
	empty := func(s span) bool { return s.start == s.end }
	if empty(s.linesV2.text) && (!empty(s.lines.text) || empty(s.linesV2.resources)) {
		return s.lines
	}
	return s.linesV2
}

// in returns a part of the text.
func (m *message) in(s span) []byte { return m.text[s.start:s.end] }
