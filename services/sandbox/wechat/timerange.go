package wechat

import (
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

const (
	onAccept   = "OnAccept"
	toSeconds  = "20060102150405"
	toDays     = "20060102"
	endOfADay  = 24 * time.Hour
	endMargin  = time.Minute
	startField = "time_range.start_time"
	endField   = "time_range.end_time"
)

// moment is a compact Beijing time with its precision.
type moment struct {
	time.Time
	day bool
}

func parseMoment(s string) (m moment, ok bool) {
	layout := toSeconds
	if len(s) == len(toDays) {
		layout = toDays
	}
	t, err := time.ParseInLocation(layout, s, clock.Beijing)
	return moment{t, layout == toDays}, err == nil && len(s) == len(layout)
}

// compact is t as WeChat writes it: seconds, Beijing.
func compact(t time.Time) string { return t.In(clock.Beijing).Format(toSeconds) }

// createTimes checks time_range of a create at now (§6.1) and returns what is stored: OnAccept becomes the time the
// order is accepted.
func (f *fields) createTimes(t book.TimeRange, now time.Time) book.TimeRange {
	f.remarks(t)
	f.require(t.StartTime != "", startField, "服务开始时间不能为空")
	start := moment{Time: now}
	if t.StartTime == onAccept {
		t.StartTime = compact(now)
	} else {
		start = f.moment(startField, t.StartTime)
		f.require(start.day || start.After(now), startField, "服务开始时间不能早于调用接口时间")
		f.require(!start.day || start.Add(endOfADay).After(now), startField, "服务开始时间不能早于今天")
	}
	if t.EndTime != "" {
		end := f.moment(endField, t.EndTime)
		f.require(end.day == start.day, endField, "服务结束时间与开始时间的格式不一致")
		if end.day {
			end.Time = end.Add(endOfADay - time.Second) // a day ends with its last second
		}
		f.require(end.After(start.Time) && end.After(now.Add(endMargin)), endField, "服务结束时间必须晚于开始时间,且晚于调用接口时间1分钟")
	}
	return t
}

// endTimes checks time_range of a completion at now against the order's (§6.4).
func (f *fields) endTimes(t, created book.TimeRange, now time.Time) {
	f.remarks(t)
	f.require(t.EndTime != "" || created.EndTime != "", endField, "服务实际结束时间不能为空")
	if f.refused != nil || t.EndTime == "" && t.StartTime == "" {
		return
	}
	if t.StartTime == "" {
		t.StartTime = created.StartTime
	}
	if t.EndTime == "" {
		t.EndTime = created.EndTime
	}
	planned, _ := parseMoment(created.StartTime) // it was checked when it was stored
	start, end := f.moment(startField, t.StartTime), f.moment(endField, t.EndTime)
	f.require(start.day == planned.day, startField, "时间精度与创建订单时不一致")
	f.require(end.day == planned.day, endField, "时间精度与创建订单时不一致")
	f.require(!end.After(now), endField, "实际结束时间不能晚于使用完结接口的时间")
	if ended := end.After(start.Time) || end.day && end.Equal(start.Time); !ended && f.refused == nil {
		f.refused = outOfRange("body", endField, "服务实际结束时间不能早于实际开始时间", internalEndBeforeStart)
	}
}

func (f *fields) moment(field, value string) moment {
	m, ok := parseMoment(value)
	f.require(ok, field, "时间格式必须为yyyyMMddHHmmss或yyyyMMdd")
	return m
}

func (f *fields) remarks(t book.TimeRange) {
	f.optional("time_range.start_time_remark", t.StartTimeRemark, 20)
	f.optional("time_range.end_time_remark", t.EndTimeRemark, 20)
}
