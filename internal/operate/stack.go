package operate

// Stack is the name of a deployed stack, from which template.yaml makes the
// names of what is in it.
type Stack string

// Bus is the name of the stack's event bus.
func (s Stack) Bus() string { return string(s) }

// SendFunction is the name of the function that sends.
func (s Stack) SendFunction() string { return string(s) + "-send" }

// LogGroup is where a function ("event", "card", "send") logs.
func (s Stack) LogGroup(function string) string { return "/aws/lambda/" + string(s) + "-" + function }

// Line is a queue of requests and the queue of those that were given up.
type Line struct{ Work, Dead string }

// Lines are the stack's queues by name: the plain one, then the ordered one.
func (s Stack) Lines() []Line {
	name := string(s)
	return []Line{
		{name + "-send", name + "-send-dead"},
		{name + "-send.fifo", name + "-send-dead.fifo"},
	}
}
