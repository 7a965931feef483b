package inspector

import (
	"fmt"
	"strconv"
	"strings"
)

// The languages of the page.
const (
	english = "en"
	chinese = "zh-CN"
)

// texts are the texts of the page in English and Chinese. Those that begin with js. are
// for its script.
var texts = map[string][2]string{
	"title":          {"Larkbridge", "Larkbridge"},
	"skip":           {"Skip to the timeline", "跳到时间线"},
	"chat":           {"Chat", "会话"},
	"timeline":       {"Timeline", "时间线"},
	"connecting":     {"connecting", "连接中"},
	"js.live":        {"live", "实时"},
	"js.offline":     {"not reachable", "无法连接"},
	"acting as":      {"Click and write as", "点击和发言身份"},
	"user":           {"User", "用户"},
	"bot":            {"Bot", "机器人"},
	"kind.p2p":       {"Direct", "单聊"},
	"kind.group":     {"Group", "群聊"},
	"kind.webhook":   {"Webhook", "自定义机器人"},
	"message":        {"Message to the bot", "给机器人的消息"},
	"mention":        {"Mention the bot", "@机器人"},
	"send":           {"Send", "发送"},
	"no messages":    {"No message yet. Write to the bot below.", "还没有消息，可在下方给机器人发消息。"},
	"real":           {"With the real platform, the chat is in Lark.", "已连接真实的飞书应用，请在飞书中查看会话。"},
	"recalled":       {"This message was recalled", "此消息已撤回"},
	"edited":         {"edited", "已编辑"},
	"reply":          {"Reply", "回复"},
	"clicked by":     {"Clicked by", "点击者"},
	"only for":       {"Visible only to", "仅可见者"},
	"image":          {"Image", "图片"},
	"file":           {"File", "文件"},
	"other":          {"Message", "消息"},
	"search":         {"Search", "搜索"},
	"show":           {"Show", "筛选"},
	"show.all":       {"Everything", "全部"},
	"show.failed":    {"Failed", "失败"},
	"show.events":    {"Events", "事件"},
	"show.sends":     {"Sends", "发送请求"},
	"no events":      {"No event yet, or none that matches.", "还没有事件，或没有符合条件的事件。"},
	"help":           {"Keyboard shortcuts", "键盘快捷键"},
	"close":          {"Close", "关闭"},
	"key.search":     {"Search", "搜索"},
	"key.next":       {"Next or previous event", "下一个或上一个事件"},
	"key.new":        {"Show what is new", "显示新事件"},
	"key.failed":     {"Show only what failed, or everything", "只看失败，或查看全部"},
	"key.message":    {"Write a message", "写消息"},
	"key.help":       {"This list", "此列表"},
	"key.open":       {"Open or close a row", "展开或收起一行"},
	"cancel":         {"Cancel", "取消"},
	"confirm":        {"OK", "确定"},
	"duplicate":      {"duplicate", "重复"},
	"refused":        {"refused", "已拒绝"},
	"failed":         {"failed", "失败"},
	"step.event":     {"event", "事件"},
	"step.bus":       {"bus", "总线"},
	"step.rule":      {"rule", "规则"},
	"step.reply":     {"reply", "响应"},
	"step.lark":      {"Lark", "飞书"},
	"step.send":      {"send", "发送"},
	"step.card":      {"card", "卡片"},
	"step.note":      {"note", "提示"},
	"step.aws":       {"AWS", "AWS"},
	"step.log":       {"log", "日志"},
	"request":        {"Request", "请求"},
	"headers":        {"Headers", "请求头"},
	"body":           {"Body as it came", "原始请求体"},
	"payload":        {"Decrypted payload", "解密后的内容"},
	"response":       {"Reply", "响应"},
	"reason":         {"Reason", "原因"},
	"entry":          {"Entry on the bus", "总线条目"},
	"call":           {"Call and answer", "调用与应答"},
	"outcome":        {"Outcome", "结果"},
	"copy.curl":      {"Copy as curl", "复制为 curl"},
	"copy.trigger":   {"Copy as larkbridge trigger", "复制为 larkbridge trigger"},
	"copy.fixture":   {"Copy as test fixture", "复制为测试数据"},
	"copy.pattern":   {"Copy as rule pattern", "复制为规则模式"},
	"copy.json":      {"Copy as JSON", "复制为 JSON"},
	"js.copied":      {"Copied", "已复制"},
	"js.not copied":  {"The browser does not allow to copy", "浏览器不允许复制"},
	"resend":         {"Edit and send again", "编辑并重新发送"},
	"resend.payload": {"Payload; *** stands for the secret of the original", "内容；*** 代表原有的密文字段"},
	"resend.same":    {"same id", "相同 ID"},
	"resend.new":     {"new id", "新 ID"},
	"resend.signed":  {"signed as Lark does", "按飞书规则签名"},
	"resend.stale":   {"stale: signed two days ago", "过期：签名时间为两天前"},
	"resend.forged":  {"forged: signed with another key", "伪造：用其他密钥签名"},
	"resend.as":      {"Signature", "签名"},
	"resend.id":      {"Event id", "事件 ID"},
	"js.new":         {"%d new", "%d 条新内容"},
	"js.sent":        {"Sent: %s", "已发送：%s"},
	"js.failed":      {"Failed: %s", "失败：%s"},
	"js.required":    {"Fill in all required fields", "请填写所有必填项"},
	"js.no change":   {"Answered, nothing changes", "已响应，无变化"},
	"js.announce":    {"New: %s", "新事件：%s"},
}

// language is one of the languages: an index into the texts.
type language int

// languageOf returns the language that a browser asks for first of those that there
// are.
func languageOf(acceptLanguage string) language {
	best, quality := 0, -1.0
	for choice := range strings.SplitSeq(acceptLanguage, ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(choice), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(value, 64); err != nil {
				continue
			}
		}
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if index := strings.Index("en zh", base); base != "" && index >= 0 && q > quality {
			best, quality = index/3, q
		}
	}
	return language(best)
}

// tag returns the language tag of HTML.
func (l language) tag() string { return [...]string{english, chinese}[l] }

// say returns a text. Without one it returns a mark that the tests look for.
func (l language) say(name string) string {
	if both, ok := texts[name]; ok {
		return both[l]
	}
	return fmt.Sprintf("[%s]", name)
}

// script returns the texts for the script.
func (l language) script() map[string]string {
	chosen := map[string]string{}
	for name, both := range texts {
		if key, ok := strings.CutPrefix(name, "js."); ok {
			chosen[key] = both[l]
		}
	}
	return chosen
}
