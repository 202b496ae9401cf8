//! Who gets how much of a line: columns give way in a fixed order until the table fits, and no line is ever wrapped.

use super::face::Times;
use crate::model::report::Width;

/// Between two columns.
pub(super) const GAP: usize = 2;

/// A flexible column is cut no further than this while anything else can give way, and then no further than that.
const READABLE: [usize; 2] = [16, 8];

/// What is known of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// The widest cell, title included, with full times.
    pub(super) full: usize,
    /// The same with short times.
    pub(super) short: usize,
    /// Whether it may be cut.
    pub(super) width: Width,
}

/// Who gets how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// The width of each shown column, from the left; those beyond are not shown.
    pub(super) widths: Vec<usize>,
    /// How times are told.
    pub(super) times: Times,
}

impl Layout {
    /// Fits columns into `room` cells. In this order: flexible columns give way, the widest first, as long as they are
    /// readable; times are told shortly; flexible columns give way again; columns go, the last first.
    pub(super) fn fit(needs: &[Need], room: usize) -> Layout {
        let stages = [(Times::Full, READABLE[0]), (Times::Short, READABLE[0]), (Times::Short, READABLE[1])];
        for count in (1..=needs.len()).rev() {
            for (times, floor) in stages {
                if let Some(widths) = share(&needs[..count], times, floor, room) {
                    return Layout { widths, times };
                }
            }
        }
        // One column alone has the whole line, and is cut if that is not enough.
        let widths = needs.first().map(|need| need.short.min(room));
        Layout { widths: widths.into_iter().collect(), times: Times::Short }
    }
}

/// The widths, or `None` when the columns do not fit with flexible ones cut down to `floor`.
fn share(needs: &[Need], times: Times, floor: usize, room: usize) -> Option<Vec<usize>> {
    let room = room.checked_sub(GAP * needs.len().saturating_sub(1))?;
    let natural = |need: &Need| match times {
        Times::Full => need.full,
        Times::Short => need.short,
    };
    let capped = |cap: usize| {
        needs.iter().map(move |need| match need.width {
            Width::Fixed => natural(need),
            Width::Flexible => natural(need).min(cap),
        })
    };
    // One cap for all of them is what "the widest first" comes to.
    let cap = (floor..=room.max(floor)).rev().find(|&cap| capped(cap).sum::<usize>() <= room)?;
    let mut widths: Vec<usize> = capped(cap).collect();
    let mut left = room - widths.iter().sum::<usize>();
    for (width, need) in widths.iter_mut().zip(needs) {
        if left > 0 && *width < natural(need) {
            *width += 1;
            left -= 1;
        }
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(full: usize) -> Need {
        Need { full, short: full, width: Width::Fixed }
    }

    fn flexible(full: usize) -> Need {
        Need { full, short: full, width: Width::Flexible }
    }

    const TIME: Need = Need { full: 19, short: 11, width: Width::Fixed };

    fn fit(needs: &[Need], room: usize) -> (Vec<usize>, Times) {
        let layout = Layout::fit(needs, room);
        (layout.widths, layout.times)
    }

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(fit(&[fixed(3), flexible(40), TIME], 80), (vec![3, 40, 19], Times::Full));
        assert_eq!(fit(&[], 80), (vec![], Times::Short));
    }

    #[test]
    fn the_widest_gives_way_first() {
        assert_eq!(fit(&[flexible(100), flexible(20), fixed(6)], 80), (vec![50, 20, 6], Times::Full));
        assert_eq!(fit(&[flexible(100), flexible(90), flexible(7)], 80), (vec![35, 34, 7], Times::Full));
    }

    #[test]
    fn then_times_then_readability_then_columns() {
        assert_eq!(fit(&[fixed(30), flexible(40), TIME], 70), (vec![30, 17, 19], Times::Full));
        assert_eq!(fit(&[fixed(30), flexible(40), TIME], 68), (vec![30, 23, 11], Times::Short));
        assert_eq!(fit(&[fixed(30), flexible(40), TIME], 55), (vec![30, 10, 11], Times::Short));
        assert_eq!(fit(&[fixed(30), flexible(40), TIME], 50), (vec![30, 18], Times::Full));
        assert_eq!(fit(&[fixed(30), flexible(40)], 20), (vec![20], Times::Short));
    }

    #[test]
    fn two_thousand_columns_are_fitted_at_once() {
        assert_eq!(fit(&[flexible(30); 2_000], 80).0.len(), 8);
    }
}
