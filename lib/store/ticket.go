package store

import (
	"context"
	"fmt"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Ticket returns the newest app_ticket of a marketplace app, or "" when none has
// come yet.
func (t *Table) Ticket(ctx context.Context, appID string) (lark.Secret, error) {
	item, err := t.get(ctx, "tkt#"+appID)
	return lark.Secret(stringOf(item, "val")), err
}

// PutTicket stores an app_ticket, unless the table has a newer one. It is kept until it is
// replaced, because Lark does not document that it expires.
func (t *Table) PutTicket(ctx context.Context, appID string, value lark.Secret, issued time.Time) error {
	_, _, err := t.update(ctx, "tkt#"+appID, "SET val = :val, issued = :issued",
		"attribute_not_exists(issued) OR issued < :issued",
		attrs{":val": text(value.Reveal()), ":issued": number(issued.UnixMilli())})
	if err != nil {
		return fmt.Errorf("storing the app_ticket: %w", err)
	}
	return nil
}
