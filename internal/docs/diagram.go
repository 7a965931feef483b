package main

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"strings"

	"go.yaml.in/yaml/v3"
)

// diagram is a picture of boxes on a grid, with arrows between them and frames around
// them.
type diagram struct {
	Title  words   `yaml:"title"`
	Frames []box   `yaml:"frames"`
	Boxes  []box   `yaml:"boxes"`
	Arrows []arrow `yaml:"arrows"`
}

// words is a text in both languages. A text that is the same in both is a single string.
type words [2]string

type language int

const (
	english language = iota
	chinese
)

func (w *words) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*w = words{node.Value, node.Value}
		return nil
	}
	var list []string
	if err := node.Decode(&list); err != nil {
		return err
	}
	if len(list) != len(w) {
		return fmt.Errorf("line %d: got %d texts, want English and Chinese", node.Line, len(list))
	}
	copy(w[:], list)
	return nil
}

// box is a rectangle on the grid. Its text has lines; the first one is its name.
type box struct {
	ID   string     `yaml:"id"`
	At   [2]float64 `yaml:"at"`   // the column and the row
	Size [2]float64 `yaml:"size"` // in columns and rows; none is one of each
	Text words      `yaml:"text"`
	Kind string     `yaml:"kind"` // its look: lark, own, or none for AWS
}

// arrow leads from a box to another one, by their ids.
type arrow struct {
	From   string `yaml:"from"`
	To     string `yaml:"to"`
	Text   words  `yaml:"text"`
	Dashed bool   `yaml:"dashed"`
}

// parseDiagram reads a diagram and checks that its arrows have boxes at both ends.
func parseDiagram(text []byte) (*diagram, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var d diagram
	if err := decoder.Decode(&d); err != nil {
		return nil, err
	}
	if d.Title == (words{}) {
		return nil, errors.New("the diagram has no title")
	}
	for _, a := range d.Arrows {
		if d.find(a.From) == nil || d.find(a.To) == nil {
			return nil, fmt.Errorf("the arrow from %q to %q: there is no such box", a.From, a.To)
		}
	}
	return &d, nil
}

func (d *diagram) find(id string) *box {
	for i := range d.Boxes {
		if d.Boxes[i].ID == id {
			return &d.Boxes[i]
		}
	}
	return nil
}

// Sizes in pixels.
const (
	columnWidth, rowHeight = 168, 66
	columnGap, rowGap      = 66, 36
	margin, header         = 24, 40 // header is the margin above
	lineHeight             = 17
)

// rectangle is the place of a box in the picture.
type rectangle struct{ x, y, w, h float64 }

func (b *box) rectangle() rectangle {
	size := b.Size
	for i := range size {
		if size[i] == 0 {
			size[i] = 1
		}
	}
	return rectangle{
		margin + b.At[0]*(columnWidth+columnGap), header + b.At[1]*(rowHeight+rowGap),
		size[0]*columnWidth + (size[0]-1)*columnGap, size[1]*rowHeight + (size[1]-1)*rowGap,
	}
}

// frame returns the place of a frame, which is drawn around what is inside.
func (b *box) frame() rectangle {
	r := b.rectangle()
	return rectangle{r.x - 16, r.y - 30, r.w + 32, r.h + 46}
}

// style has the colors for light and for dark pages.
const style = `<style>
text{font:13px system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:#1f2328}
.name{font-weight:600}.note,.label{font-size:12px;fill:#59636e}
rect{fill:#fff;stroke:#8c959f;stroke-width:1.2}.lark{fill:#e8f0fe;stroke:#3370ff}.own{fill:#e6f7f1;stroke:#1a7f5a}
.frame{fill:none;stroke-dasharray:5 4}path{fill:none;stroke:#59636e;stroke-width:1.4}.dashed{stroke-dasharray:4 4}#head path{fill:#59636e;stroke:none}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note,.label{fill:#9198a1}rect{fill:#161b22;stroke:#6e7681}
.lark{fill:#132444;stroke:#5e8cff}.own{fill:#0f2e24;stroke:#3fb68b}.frame{fill:none}path{stroke:#9198a1}#head path{fill:#9198a1}}
</style>`

// svg draws the diagram in a language.
func (d *diagram) svg(in language) []byte {
	var width, height float64
	var body bytes.Buffer
	for i := range d.Frames {
		f := &d.Frames[i]
		r := f.frame()
		width, height = max(width, r.x+r.w), max(height, r.y+r.h)
		fmt.Fprintf(&body, "<rect class=\"frame\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"10\"/>\n", r.x, r.y, r.w, r.h)
		fmt.Fprintf(&body, "<text class=\"note\" x=\"%g\" y=\"%g\">%s</text>\n", r.x+12, r.y+19, html.EscapeString(f.Text[in]))
	}
	for i := range d.Boxes {
		r := d.Boxes[i].rectangle()
		width, height = max(width, r.x+r.w), max(height, r.y+r.h)
		d.Boxes[i].draw(&body, in)
	}
	for i := range d.Arrows {
		d.drawArrow(&body, &d.Arrows[i], in)
	}
	width, height = width+margin, height+margin
	title := html.EscapeString(d.Title[in])
	return fmt.Appendf(nil, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\" role=\"img\" aria-label=\"%s\">\n<title>%s</title>\n%s\n%s\n%s</svg>\n",
		width, height, width, height, title, title, style,
		`<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>`,
		body.Bytes())
}

func (b *box) draw(out *bytes.Buffer, in language) {
	r := b.rectangle()
	fmt.Fprintf(out, "<rect class=\"%s\" x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"8\"/>\n", b.Kind, r.x, r.y, r.w, r.h)
	lines := strings.Split(b.Text[in], "\n")
	y := r.y + r.h/2 - float64(len(lines)-1)*lineHeight/2 + 4.5
	for i, line := range lines {
		class := "note"
		if i == 0 {
			class = "name"
		}
		fmt.Fprintf(out, "<text class=\"%s\" x=\"%g\" y=\"%g\" text-anchor=\"middle\">%s</text>\n", class, r.x+r.w/2, y, html.EscapeString(line))
		y += lineHeight
	}
}

// drawArrow draws an arrow between the sides of its boxes that face each other: straight
// where they are beside each other, else with two corners.
func (d *diagram) drawArrow(out *bytes.Buffer, a *arrow, in language) {
	from, to := d.find(a.From).rectangle(), d.find(a.To).rectangle()
	var path string
	var x, y float64 // of the text
	switch left, right := from.x+from.w, to.x+to.w; {
	case left <= to.x || right <= from.x: // in other columns
		x1, x2 := left, to.x
		if right <= from.x {
			x1, x2 = from.x, right
		}
		y1, y2 := level(from, to)
		middle := (x1 + x2) / 2
		path = fmt.Sprintf("M%g %gH%gV%gH%g", x1, y1, middle, y2, x2)
		x, y = middle, (y1+y2)/2-6
	default: // one above the other
		y1, y2 := from.y+from.h, to.y
		if to.y < from.y {
			y1, y2 = from.y, to.y+to.h
		}
		center := (max(from.x, to.x) + min(left, right)) / 2
		path = fmt.Sprintf("M%g %gV%g", center, y1, y2)
		x, y = center+8, (y1+y2)/2+4
	}
	class := ""
	if a.Dashed {
		class = ` class="dashed"`
	}
	fmt.Fprintf(out, "<path%s d=\"%s\" marker-end=\"url(#head)\"/>\n", class, path)
	if a.Text[in] != "" {
		anchor := "middle"
		if strings.Count(path, "H") == 0 {
			anchor = "start"
		}
		fmt.Fprintf(out, "<text class=\"label\" x=\"%g\" y=\"%g\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, html.EscapeString(a.Text[in]))
	}
}

// level returns the heights at which an arrow leaves one box and reaches the other: the
// same one where both boxes have it.
func level(from, to rectangle) (y1, y2 float64) {
	top, bottom := max(from.y, to.y), min(from.y+from.h, to.y+to.h)
	if top < bottom {
		return (top + bottom) / 2, (top + bottom) / 2
	}
	return from.y + from.h/2, to.y + to.h/2
}
