package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// validOnCreate: start_time is OnAccept, or later than now by the second, or not before today by the day; an end_time
// is later than the start and more than a minute away (§6.1).
func (t TimeRange) validOnCreate(now time.Time) error {
	if err := rule.First(rule.Required("time_range.start_time", t.StartTime, 14), t.validRemarks()); err != nil {
		return err
	}
	if t.StartTime != OnAccept {
		if err := notBefore("time_range.start_time", t.StartTime, now); err != nil {
			return err
		}
	}
	if t.EndTime == "" {
		return nil
	}
	if err := notBefore("time_range.end_time", t.EndTime, now.Add(time.Minute)); err != nil {
		return err
	}
	return endAfterStart(t.EndTime, t.StartTime)
}

func (t TimeRange) validRemarks() error {
	return rule.First(rule.Optional("time_range.start_time_remark", t.StartTimeRemark, 20), rule.Optional("time_range.end_time_remark", t.EndTimeRemark, 20))
}

// notBefore wants a second later than the moment, or a day not before the moment's Beijing day.
func notBefore(field, value string, moment time.Time) error {
	at, err := parseField(field, value)
	if err != nil {
		return err
	}
	if dayOnly(value) && value < CompactDay(moment) || !dayOnly(value) && !at.After(moment) {
		return fault.Invalid(field, "time_past", "%s is not late enough", field)
	}
	return nil
}

// endAfterStart compares at the coarser precision of the two. By the day, equal dates pass: whether WeChat refuses them
// is not stated.
func endAfterStart(end, start string) error {
	if start == OnAccept || start == "" {
		return nil
	}
	if dayOnly(end) || dayOnly(start) {
		if end[:len(dayForm)] < start[:len(dayForm)] {
			return fault.Invalid("time_range.end_time", "end_before_start", "end_time is before start_time")
		}
		return nil
	}
	if end <= start {
		return fault.Invalid("time_range.end_time", "end_before_start", "end_time is not later than start_time")
	}
	return nil
}

func parseField(field, value string) (time.Time, error) {
	at, err := ParseCompact(value)
	if err != nil {
		return time.Time{}, fault.Invalid(field, "time_form", "%s is yyyyMMddHHmmss or yyyyMMdd in Beijing time", field)
	}
	return at, nil
}

// validOnComplete: an end_time is required unless the create had one, has the precision of the start (OnAccept:
// seconds), is later than it and not later than now (§6.4).
func (t TimeRange) validOnComplete(opened Opened, now time.Time) error {
	if err := t.validRemarks(); err != nil {
		return err
	}
	if t.StartTime != "" {
		if _, err := parseField("time_range.start_time", t.StartTime); err != nil {
			return err
		}
	}
	if t.EndTime == "" {
		if opened.EndTime != "" {
			return nil
		}
		return fault.Invalid("time_range.end_time", "required", "time_range.end_time is required: the create had none")
	}
	return t.validEnd(opened, now)
}

func (t TimeRange) validEnd(opened Opened, now time.Time) error {
	at, err := parseField("time_range.end_time", t.EndTime)
	if err != nil {
		return err
	}
	start := opened.StartTime
	if t.StartTime != "" {
		start = t.StartTime
	}
	if dayOnly(t.EndTime) != dayOnly(opened.StartTime) {
		return fault.Invalid("time_range.end_time", "time_precision", "end_time has the precision of the create's start_time")
	}
	if at.After(now) {
		return fault.Invalid("time_range.end_time", "time_future", "end_time is not later than the call")
	}
	return endAfterStart(t.EndTime, start)
}
