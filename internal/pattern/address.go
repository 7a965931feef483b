package pattern

import (
	"errors"
	"fmt"
	"net/netip"
)

// cidr returns the matcher of the operator cidr: the addresses from the one that it
// names to the last one of its block.
func cidr(operand value) (matcher, error) {
	if operand.kind != str {
		return nil, errors.New("cidr takes a string")
	}
	block, err := netip.ParsePrefix(operand.text)
	if err != nil {
		return nil, fmt.Errorf("cidr takes an address block such as 10.0.0.0/24, not %q", operand.text)
	}
	if block.IsSingleIP() {
		return nil, errors.New("cidr takes fewer mask bits than the address has")
	}
	return func(v value) bool {
		address, err := netip.ParseAddr(v.text)
		return err == nil && v.kind == str && address.Zone() == "" && block.Contains(address) && !address.Less(block.Addr())
	}, nil
}
