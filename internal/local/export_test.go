package local

// AppSecret is for tests that look for it where it must not be.
const AppSecret = appSecret
