package ask

import (
	"fmt"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// phrase is a text of the card or of a toast in the two languages that it is shown
// in.
type phrase struct{ en, zh string }

var (
	textComment  = phrase{"Comment (optional)", "备注（选填）"}
	textReminder = phrase{"This question still waits for an answer.", "该问题尚未得到回复。"}

	textNotAllowed  = phrase{"You are not one of those who may answer this question.", "你不在可回复该问题的人员范围内。"}
	textTooLate     = phrase{"This question has already been closed.", "该问题已结束。"}
	textNotHere     = phrase{"This card does not belong to an open question.", "该卡片不对应任何待回复的问题。"}
	textUnknown     = phrase{"This question is no longer kept.", "该问题已不再保存。"}
	textNotRecorded = phrase{"Your answer could not be recorded. Please try again.", "未能记录你的回复，请重试。"}

	textExpired   = phrase{"Nobody has answered in time.", "在截止时间前无人回复。"}
	textWithdrawn = phrase{"The question has been withdrawn.", "该问题已撤回。"}
	textAnswered  = phrase{"The question has been answered.", "该问题已得到回复。"}
)

// reportTexts say whether the workflow has the result.
var reportTexts = map[Report]phrase{
	Pending:  {"The workflow is being informed.", "正在通知工作流。"},
	Accepted: {"The workflow has been informed.", "已通知工作流。"},
	Rejected: {"The workflow no longer waited for it.", "工作流已不再等待该结果。"},
	Unclear:  {"It is not known whether the workflow still waited for it.", "无法确认工作流是否仍在等待该结果。"},
}

// stateText says how a question has ended, and whether the workflow knows.
func (q *Question) stateText() phrase {
	text := map[State]phrase{Answered: textAnswered, Expired: textExpired, Withdrawn: textWithdrawn}[q.State]
	if report, ok := reportTexts[q.Report]; ok {
		return phrase{text.en + " " + report.en, text.zh + report.zh}
	}
	return text
}

func quorumText(quorum int) phrase {
	return phrase{fmt.Sprintf("%d people have to give the same answer.", quorum), fmt.Sprintf("需要 %d 人给出相同的回复。", quorum)}
}

func earlierAnswers(n int) phrase {
	return phrase{fmt.Sprintf("… and %d earlier answers", n), fmt.Sprintf("……另有 %d 条更早的回复", n)}
}

// plain returns the phrase as a text of a card, which Lark shows in the language of
// the reader (feishu-cards/configure-multi-language-content).
func (p phrase) plain() component {
	return component{"tag": "plain_text", "content": p.en, "i18n_content": map[string]string{"en_us": p.en, "zh_cn": p.zh}}
}

// notice returns a reply that only shows a toast.
func notice(kind string, text phrase) *lark.CardReply {
	return &lark.CardReply{Toast: &lark.Toast{Type: kind, Content: text.en, I18n: map[string]string{"en_us": text.en, "zh_cn": text.zh}}}
}

// toast returns the reply to a click that gives no answer, and nil for one that
// counts.
func (v Verdict) toast() *lark.CardReply {
	switch v {
	case NotAllowed:
		return notice("warning", textNotAllowed)
	case TooLate:
		return notice("info", textTooLate)
	case NotHere:
		return notice("warning", textNotHere)
	}
	return nil
}
