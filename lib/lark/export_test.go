package lark

// TokenKey is the key of an app's token in the store, for tests that fill it.
func TokenKey(c *Client, kind, tenantKey string) string {
	return c.tokenKey(tokenKind(kind), tenantKey)
}
