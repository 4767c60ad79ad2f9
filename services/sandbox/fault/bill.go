package fault

// Operations of bills (账单): the application for one, its rows, and the download.
const (
	Bill         Operation = "bill"
	BillRow      Operation = "bill_row"
	BillDownload Operation = "bill_download"
)

// Faults of a bill as a whole. The hash is that of the file as it is written, unless the fault is the hash.
const (
	// StatementCreating: 400 STATEMENT_CREATING although it is after 10:00. NoStatement: 400 NO_STATEMENT_EXIST although
	// there were transactions.
	StatementCreating Kind = "statement_creating"
	NoStatement       Kind = "no_statement"
	// WrongHash: hash_value is not that of the file.
	WrongHash Kind = "wrong_hash"
	// WrongTotals: the summary says one fen more than the rows.
	WrongTotals Kind = "wrong_totals"
	// ForeignRow: the file ends with the row of a payment or refund of Amount that nobody made.
	ForeignRow Kind = "foreign_row"
	// CutFile: the download ends 24 bytes early; in a gzip file that is the trailer and more.
	CutFile Kind = "cut_file"
	// WechatHost: the download_url names WeChat's own host, not the sandbox's.
	WechatHost Kind = "wechat_host"
	// CRLF: lines end with \r\n. BOM: a byte order mark comes first.
	CRLF Kind = "crlf"
	BOM  Kind = "bom"
)

// Faults of one row, found by the out_order_no of its order; the totals are those of the rows as they are written.
const (
	// RowMissing: the row is not there. RowDoubled: it is there twice.
	RowMissing Kind = "row_missing"
	RowDoubled Kind = "row_doubled"
	// RowAmount: it says Amount. RowFee: its fee is 0.10 yuan higher. RowState: a payment is REVOKED, a refund FAIL.
	RowAmount Kind = "row_amount"
	RowFee    Kind = "row_fee"
	RowState  Kind = "row_state"
)

// TokenExpired: the download_url is answered as an expired one, a bare 400 of nginx.
const TokenExpired Kind = "token_expired"

// billKinds says which faults make sense where.
func billKinds(op Operation) []Kind {
	switch op {
	case Bill:
		return append([]Kind{StatementCreating, NoStatement, WrongHash, WrongTotals, ForeignRow, CutFile, WechatHost, CRLF, BOM}, anyCall...)
	case BillRow:
		return []Kind{RowMissing, RowDoubled, RowAmount, RowFee, RowState}
	case BillDownload:
		return []Kind{TokenExpired, TooFrequent, SystemError, BadGateway, Timeout, LostAnswer, Slow}
	}
	return nil
}
