package cardview

// phrase is a text that this package adds to a card.
type phrase int

const (
	unreadable phrase = iota
	templateCard
	cardEntity
	openCard
	tooDeep
	image
	chart
	person
	audio
	unknown
	everyone
	choose
	writeHere
	confirm
	openID
	more

	phraseCount // it stays the last
)

// phrases are the texts in English and Chinese.
var phrases = map[phrase]map[Language]string{
	unreadable:   {English: "This card cannot be read", Chinese: "无法解析此卡片"},
	templateCard: {English: "Card template", Chinese: "卡片模板"},
	cardEntity:   {English: "Card entity", Chinese: "卡片实体"},
	openCard:     {English: "Open the link of the card", Chinese: "打开卡片链接"},
	tooDeep:      {English: "The components are nested too deep", Chinese: "组件嵌套过深"},
	image:        {English: "Image", Chinese: "图片"},
	chart:        {English: "Chart", Chinese: "图表"},
	person:       {English: "Person", Chinese: "人员"},
	audio:        {English: "Audio", Chinese: "音频"},
	unknown:      {English: "Component", Chinese: "组件"},
	everyone:     {English: "everyone", Chinese: "所有人"},
	choose:       {English: "Choose", Chinese: "请选择"},
	writeHere:    {English: "Write here", Chinese: "请输入"},
	confirm:      {English: "OK", Chinese: "确定"},
	openID:       {English: "Open ID", Chinese: "Open ID"},
	more:         {English: "More", Chinese: "更多"},
}

// say returns a phrase in the reader's language.
func (v *view) say(p phrase) string {
	if s, ok := phrases[p][v.lang]; ok {
		return s
	}
	return phrases[p][English]
}
