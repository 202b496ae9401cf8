//! Scripts that would take the machine down: the record fails within its limits, and nobody else notices.

use serde_json::json;

use super::{TIGHT, attempts, params, request, spec};
use cxgear::outside::script::Sandbox;

#[test]
fn only_the_guilty_record_fails() {
    let all = attempts(include_str!("hostile.txt"));
    let (mut wrong, mut failed, mut processes) = (Vec::new(), 0, 0);
    for attempt in &all {
        let (name, wanted) = attempt.name.split_once(": ").unwrap();
        let script = format!(
            "{}\nfunction main(params, context) {{\nif (!params.bad) return {{ fine: params.n }};\n{}\nreturn {{}};\n}}",
            attempt.top, attempt.body
        );
        let sandbox = Sandbox::new(spec(&script, TIGHT));
        let rows = [json!({ "n": 1 }), json!({ "n": 2, "bad": true }), json!({ "n": 3 })].map(params);
        let pending = rows.each_ref().map(|row| sandbox.submit(&request(row)));
        let [before, guilty, after] = pending.map(|pending| pending.wait());
        let fine = |n: u64| Ok(serde_json::Map::from_iter([("fine".to_owned(), json!(n))]));
        if before.result != fine(1) || after.result != fine(3) {
            wrong.push(format!("{name}: the others are {:?} and {:?}", before.result, after.result));
        }
        let end = guilty.result.as_ref().map_or_else(|fault| fault.reason.name(), |_| "FINE");
        failed += usize::from(end != "FINE");
        if !wanted.split(' ').any(|word| word == end) {
            wrong.push(format!("{name}: {end}, not {wanted}: {:?}", guilty.result));
        }
        if end != "FINE" && guilty.result.is_ok_and(|result| result.contains_key("forged")) {
            wrong.push(format!("{name}: forged an answer"));
        }
        processes += sandbox.watch().processes;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.len() >= 60 && failed >= 60, "only {failed} of {} failed", all.len());
    // Only what the engine itself cannot stop costs a process.
    let ended = processes as usize - all.len();
    assert!((5..=12).contains(&ended), "{ended} processes were ended");
}
