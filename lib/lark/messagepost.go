package lark

import "bytes"

// A post, a card and the summary of a task have a title and lines of tags. They occur
// as they are, in a field "post", and as an object with one field for each language.
// Their lines are in "content", "content_v2" or "elements". A card comes as the card
// JSON 1.0 or 2.0 that was sent.

// span is a range of message.text or of message.resources.
type span struct{ start, end int }

// lines are lines of a section: their text, and the resources in them.
type lines struct {
	text, resources span
}

// section is a title and lines in one language.
type section struct {
	rank    int // of its language; the lowest is preferred
	title   span
	lines   lines // in content or elements
	linesV2 lines // in content_v2
}

// languageRank returns the rank of a language of a post, of which the lowest is
// preferred. A section without a language has the rank 0.
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

// sections reads content that may have several sections, and keeps the preferred one.
type sections struct {
	*message
	best  section
	title section // whose title is that of a section without a title of its own
}

// readSections reads a whole post, card or summary. Afterwards m.text has the title and
// the lines of the preferred section, and m.resources the resources in these lines.
func (m *message) readSections() error {
	all := sections{message: m, best: section{rank: maxRank}, title: section{rank: maxRank}}
	var err error
	if m.reader.kind() == '{' {
		err = all.readSection(0)
	} else {
		var s section
		s.lines, err = m.readLines()
		all.keepPreferred(s)
	}
	if err != nil {
		return err
	}
	title := m.textAt(all.best.title)
	if isBlank(title) {
		title = m.textAt(all.title.title)
	}
	lines := m.preferredLines(all.best)
	text := m.textAt(lines.text)
	if !isBlank(title) {
		title = bytes.TrimFunc(title, isSpace)
		text = append(append(append(make([]byte, 0, len(title)+1+len(text)), title...), '\n'), text...)
	}
	m.text = text
	m.resources = m.resources[lines.resources.start:lines.resources.end]
	return nil
}

// maxRank is above the rank of every section.
const maxRank = 1 << 10

// readSection reads an object as a section, and each object in it as another section:
// one of a language, or one that is in a field such as "post".
func (all *sections) readSection(rank int) error {
	s := section{rank: rank}
	if err := all.readInto(&s); err != nil {
		return err
	}
	if rank == 0 && !isBlank(all.textAt(s.title)) {
		all.title = s
	}
	all.keepPreferred(s)
	return nil
}

func (all *sections) readInto(s *section) error {
	r := all.reader
	return r.members(func(name []byte) (err error) {
		kind := r.kind()
		switch string(name) {
		case "title", "header":
			var title span
			if title, err = all.readTitle(); isBlank(all.textAt(s.title)) {
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
			all.keepPreferred(language)
			return err
		}
		_, err = r.value()
		return err
	})
}

// readTitles reads the i18n_header of a card, which has a header for each language.
func (all *sections) readTitles() error {
	return all.reader.members(func(name []byte) error {
		s := section{rank: languageRank(name)}
		var err error
		if s.title, err = all.readTitle(); s.rank < all.title.rank && !isBlank(all.textAt(s.title)) {
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

// readLines reads lines of tags. A value that is not a list is one line.
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

// keepPreferred keeps the section if it is preferred to the one that is kept. A section
// with text is preferred to one with resources only, that to one with a title only, and
// that to an empty one. Of equal sections the language decides.
func (all *sections) keepPreferred(s section) {
	value := func(s section) int {
		switch l := all.preferredLines(s); {
		case l.text.start < l.text.end:
			return 3
		case l.resources.start < l.resources.end:
			return 2
		case !isBlank(all.textAt(s.title)):
			return 1
		}
		return 0
	}
	if kept, other := value(all.best), value(s); other > kept || other == kept && s.rank < all.best.rank {
		all.best = s
	}
}

// preferredLines returns the lines of content_v2 if there is anything in them, else
// those of content.
func (m *message) preferredLines(s section) lines {
	empty := func(s span) bool { return s.start == s.end }
	if empty(s.linesV2.text) && (!empty(s.lines.text) || empty(s.linesV2.resources)) {
		return s.lines
	}
	return s.linesV2
}

// textAt returns a range of the text.
func (m *message) textAt(s span) []byte { return m.text[s.start:s.end] }
