//! `spinners/enrich.toml` over the fixture, with a service that knows some countries.

use std::path::Path;

use crate::misbehaving::{Manner, Server, answer, json};
use crate::place::Place;

#[test]
fn the_spinner_keeps_what_the_service_knows() {
    let server = Server::start(|seen, _| match seen.path.as_str() {
        "/DE.json" => Manner::Answer(json("{\"region\": \"Central Europe\", \"hours\": {\"opens\": 9}}")),
        "/US.json" => Manner::Answer(json("{\"region\": \"North America\"}")),
        _ => Manner::Answer(answer("404 Not Found", &[], b"no such country")),
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let service =
        format!("[integrations.countries]\nkind = \"http\"\nbase_url = \"{}\"\nallow_private = true\n", server.url(""));
    let place = Place::new("", "");
    place.write("cxgear.toml", &service);
    let (spinner, list) = (root.join("spinners/enrich.toml"), root.join("fixtures/contacts.csv"));
    let args = [
        "run",
        spinner.to_str().unwrap(),
        list.to_str().unwrap(),
        "--metadata",
        "name,country,amount_due",
        "--limit",
        "200",
        "-q",
        "--format",
        "json",
    ];
    let output = place.cxgear(&args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let job: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((job["completed"].as_u64(), server.requests()), (Some(200), 200));
    let records = place.view(&["records", "1"]);
    let (mut known, mut unknown) = (0, 0);
    for record in records.as_array().unwrap() {
        let outcomes = &record["outcomes"];
        match record["metadata"]["country"].as_str().unwrap() {
            "DE" => assert_eq!((&outcomes["region"], &outcomes["opens"]), (&"Central Europe".into(), &9.into())),
            "US" => assert!(outcomes["region"] == "North America" && outcomes["opens"].is_null(), "{outcomes}"),
            _ => {
                assert!(outcomes["disposition"] == "look up by hand" && record["result"] == "partial", "{record}");
                unknown += 1;
                continue;
            }
        }
        assert_eq!(outcomes["tags"][0], outcomes["region"]);
        known += 1;
    }
    assert!(known > 50 && unknown > 50, "{known} {unknown}");
}
