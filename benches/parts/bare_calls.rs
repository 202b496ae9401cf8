//! The least that a call a row can cost: the same client, so many at once, and nothing is kept of what came back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};

/// Makes `calls` calls, `at_once` under way.
pub(crate) fn go(url: &str, calls: u64, at_once: u64) -> Result<()> {
    // Another may have been chosen by whoever came first, and that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let client = reqwest::Client::builder().pool_max_idle_per_host(usize::MAX).build()?;
        let next = Arc::new(AtomicU64::new(0));
        let workers =
            (0..at_once).map(|_| tokio::spawn(work(client.clone(), url.to_owned(), Arc::clone(&next), calls)));
        let mut done = 0;
        for worker in workers.collect::<Vec<_>>() {
            done += worker.await??;
        }
        ensure!(done == calls, "{done} of {calls} calls came back");
        Ok(())
    })
}

async fn work(client: reqwest::Client, url: String, next: Arc<AtomicU64>, calls: u64) -> Result<u64> {
    let mut done = 0;
    while next.fetch_add(1, Ordering::Relaxed) < calls {
        let body = format!("{{\"phone\":\"+49{done}\"}}");
        let answer = client.post(&url).header("content-type", "application/json").body(body).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await?;
        done += 1;
    }
    Ok(done)
}
