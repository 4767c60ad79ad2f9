package cli

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// amount is a pair of flags, of which one may be typed: --fen takes fen, --yuan a decimal text, both exactly.
type amount struct {
	fen  int64
	yuan string
}

func (a *amount) flags(cmd *cobra.Command, what string) {
	cmd.Flags().Int64Var(&a.fen, "fen", 0, what+", in fen (分): 350")
	cmd.Flags().StringVar(&a.yuan, "yuan", "", what+", in yuan (元), at most two decimals: 3.50")
	cmd.MarkFlagsMutuallyExclusive("fen", "yuan")
}

// read gives the amount, above 0. Errors are Terminal and name the flag.
func (a *amount) read(cmd *cobra.Command) (money.Fen, error) {
	if !cmd.Flags().Changed("yuan") {
		return money.Fen(a.fen), Within("--fen", a.fen, 1, math.MaxInt64)
	}
	fen, err := money.ParseYuan(a.yuan)
	if err != nil {
		return 0, fault.Invalid("--yuan", fault.CodeOf(err), "%s, not %q", fault.TextOf(err), a.yuan)
	}
	return fen, Within("--yuan, in fen", int64(fen), 1, math.MaxInt64)
}

// item is one line of --item or --discount.
type item struct {
	name, description string
	fen               money.Fen
	count             int32
}

// parseItem reads name=fen[,description][xCOUNT]: "矿泉水=350,550ml x2", "桶装水=350x2". A count is digits behind the
// last x of the text, 1..100, with or without a blank before it; a description that ends so needs an x1 behind. The fen are the
// line's total (wechat-protocol.md §6.1). Errors are Terminal and name the flag.
func parseItem(flag, text string) (item, error) {
	name, rest, found := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return item{}, fault.Invalid(flag, "item_malformed", "must be name=fen[,description][xCOUNT], not %q", text)
	}
	it := item{name: name}
	if at := strings.LastIndexByte(rest, 'x'); at >= 0 {
		if n, err := strconv.ParseInt(rest[at+1:], 10, 32); err == nil {
			if err := Within(flag+" count", n, 1, 100); err != nil {
				return item{}, err
			}
			it.count, rest = int32(n), rest[:at]
		}
	}
	amount, description, _ := strings.Cut(rest, ",")
	fen, err := strconv.ParseInt(strings.TrimSpace(amount), 10, 64)
	if err != nil || fen < 0 {
		return item{}, fault.Invalid(flag, "item_malformed", "the amount of %s must be fen, 0 or more, not %q", name, amount)
	}
	it.fen, it.description = money.Fen(fen), strings.TrimSpace(description)
	return it, nil
}

// parseItems reads a flag that may be repeated.
func parseItems(flag string, texts []string) ([]item, money.Fen, error) {
	var items []item
	var amounts []money.Fen
	for _, text := range texts {
		it, err := parseItem(flag, text)
		if err != nil {
			return nil, 0, err
		}
		items, amounts = append(items, it), append(amounts, it.fen)
	}
	sum, err := money.Sum(amounts...)
	return items, sum, err
}

// shown is an amount for people: "3.50 元".
func shown(fen int64) string { return money.Fen(fen).Yuan() + " 元" }
