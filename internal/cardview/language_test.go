package cardview

import "testing"

func TestPhrasesAreInBothLanguages(t *testing.T) {
	for p := range phraseCount {
		for _, lang := range []Language{English, Chinese} {
			if phrases[p][lang] == "" {
				t.Errorf("phrase %d has no text in %s", p, lang)
			}
		}
	}
	if got := (&view{lang: "fr_fr"}).say(image); got != "Image" {
		t.Errorf("got %q for another language, want English", got)
	}
}
