//! Comparing what the database says with what was kept outside it, and with itself.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::error::Result;
use crate::ledger::{
    self, Actor, Event, Frontier, Head, LedgerError, LedgerId, Object, Outcome, SignedCheckpoint,
    Trust,
};
use crate::sql;
use crate::store::{Db, Recovery, Store};

/// How long a head that another server may be writing is waited for.
const HEAD_WAIT: Duration = Duration::from_secs(2);
const HEAD_PAUSE: Duration = Duration::from_millis(50);

/// Refuses a database that is older than a head, or contradicts it.
pub(crate) async fn compare_heads(store: &Store) -> Result<()> {
    let mut db = store.read();
    for ledger in store.inner.heads.ledgers()? {
        if let Some(head) = store.inner.heads.read(ledger)? {
            compare(&mut db, ledger, &head).await?;
        }
    }
    for (ledger, _) in ledger::all(&mut db).await? {
        // One commit may have been cut off before its head; two cannot. But a head is written after its
        // commit, and another server may be between the two.
        let mut waited = Duration::ZERO;
        while store.inner.heads.read(ledger)?.is_none() && commits(&mut db, ledger).await? > 1 {
            if waited >= HEAD_WAIT {
                return Err(LedgerError::MissingHead(ledger).into());
            }
            tokio::time::sleep(HEAD_PAUSE).await;
            waited += HEAD_PAUSE;
        }
    }
    Ok(())
}

async fn commits(db: &mut impl Db, ledger: LedgerId) -> Result<u64> {
    let rows = db
        .rows(sql!(
            "SELECT COUNT(*) FROM ledger_checkpoint WHERE ledger = $1",
            ledger
        ))
        .await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// One head against one ledger of the database.
pub(crate) async fn compare(
    db: &mut impl Db,
    ledger: LedgerId,
    head: &SignedCheckpoint,
) -> Result<()> {
    let head = &head.checkpoint;
    let found = match ledger::size(db, ledger).await {
        Err(crate::Error::Ledger(LedgerError::Unknown(_))) => 0,
        size => size?,
    };
    if found < head.size {
        return Err(LedgerError::RolledBack {
            ledger,
            head: head.size,
            found,
        }
        .into());
    }
    if ledger::root_at(db, ledger, head.size).await? != head.root {
        return Err(LedgerError::Forked {
            ledger,
            size: head.size,
        }
        .into());
    }
    Ok(())
}

/// Accepts the database as it is: writes what was lost into each ledger concerned and replaces the
/// heads.
pub(crate) async fn recover(
    store: &Store,
    recovery: &Recovery,
    now: Timestamp,
) -> Result<Vec<LedgerId>> {
    let mut recovered = Vec::new();
    let mut db = store.read();
    let present: Vec<LedgerId> = ledger::all(&mut db)
        .await?
        .into_iter()
        .map(|(ledger, _)| ledger)
        .collect();
    let mut concerned: Vec<(LedgerId, Option<String>)> = Vec::new();
    for ledger in store.inner.heads.ledgers()? {
        // An unreadable head is as lost as a newer one.
        let head = store.inner.heads.read(ledger).ok().flatten();
        let agrees = match &head {
            Some(head) => compare(&mut db, ledger, head).await.is_ok(),
            None => false,
        };
        if !agrees {
            concerned.push((ledger, head.map(|head| head.note)));
        }
    }
    for ledger in &present {
        if !store.inner.heads.ledgers()?.contains(ledger) && commits(&mut db, *ledger).await? > 1 {
            concerned.push((*ledger, None));
        }
    }
    for ledger in &present {
        let mut session = store.inner.engine.begin().await?;
        let ahead = Head::lock(&mut session, *ledger)
            .await?
            .is_ahead_of(now.as_millisecond());
        if ahead && concerned.iter().all(|(known, _)| known != ledger) {
            concerned.push((*ledger, None));
        }
    }
    for (ledger, lost) in concerned {
        // A pool that the older database does not know yet is reported in the system ledger.
        let place = if present.contains(&ledger) {
            ledger
        } else {
            LedgerId::System
        };
        let mut session = store.inner.engine.begin().await?;
        let mut head = Head::lock(&mut session, place).await?;
        // Times go on from the last entry, unless that was written by a clock that ran ahead.
        let last = Timestamp::from_millisecond(head.last_at).unwrap_or(now);
        let at = if head.is_ahead_of(now.as_millisecond()) {
            now
        } else {
            now.max(last)
        };
        let event = Event {
            action: ledger::RECOVERED.into(),
            actor: Actor {
                factors: String::new(),
                id: "system".into(),
                role: "recovery".into(),
                unit: String::new(),
            },
            object: Object {
                id: ledger.to_string(),
                kind: "ledger".into(),
            },
            outcome: Outcome::Done,
            at,
            body: json!({ "approved_by": recovery.approved_by, "reason": recovery.reason, "lost_head": lost, "last_at": head.last_at }),
        };
        head.append(&mut session, &store.inner.seals, &event)
            .await?;
        let signed = head.save(&mut session, &store.inner.signer).await?;
        session.commit().await?;
        store.inner.heads.overwrite(place, &signed)?;
        if place != ledger {
            store.inner.heads.forget(ledger)?;
        }
        recovered.push(ledger);
    }
    Ok(recovered)
}

/// Recomputes every stored ledger from its entries and compares it with its head.
pub(crate) async fn check_ledgers(store: &Store) -> Result<Vec<(LedgerId, u64)>> {
    let sizes = check_rows_and_bundles(store).await?;
    for (ledger, _) in &sizes {
        if let Some(head) = store.inner.heads.read(*ledger)? {
            compare(&mut store.read(), *ledger, &head).await?;
        }
    }
    Ok(sizes)
}

/// Recomputes every stored ledger from its entries.
pub(crate) async fn check_rows_and_bundles(store: &Store) -> Result<Vec<(LedgerId, u64)>> {
    let mut sizes = Vec::new();
    for (ledger, size) in ledger::all(&mut store.read()).await? {
        check_rows(store, ledger).await?;
        check_bundle(store, ledger).await?;
        sizes.push((ledger, size));
    }
    Ok(sizes)
}

/// Exports the ledger into the check anybody can make, without holding it in memory or on disk.
async fn check_bundle(store: &Store, ledger: LedgerId) -> Result<()> {
    let (reader, writer) = std::io::pipe()?;
    let check = tokio::task::spawn_blocking(move || {
        let trust = Trust::default();
        ledger::verify(std::io::BufReader::new(reader), &trust, &mut |_, _| {})
    });
    let out = std::io::BufWriter::new(writer);
    let written = ledger::write_bundle(store, ledger, 1, &mut |_, _| true, out).await;
    let checked = check.await.map_err(std::io::Error::other)?;
    // A reader that found something stops reading; then the writer's error is only a consequence.
    if let (Err(failure), Ok(_) | Err(crate::Error::Io(_))) = (checked, &written) {
        return Err(LedgerError::Invalid { ledger, failure }.into());
    }
    written.map(drop)
}

/// What a bundle does not show: inner subtrees, index columns, the head row.
async fn check_rows(store: &Store, ledger: LedgerId) -> Result<()> {
    let mut db = store.snapshot().await?;
    let mut nodes = std::collections::BTreeMap::new();
    db.each(
        sql!(
            "SELECT level, position, hash FROM ledger_node WHERE ledger = $1",
            ledger
        ),
        &mut |row| {
            nodes.insert(
                (row.get::<u32>(0)?, row.get::<u64>(1)?),
                row.get::<Vec<u8>>(2)?,
            );
            Ok(())
        },
    )
    .await?;
    let mut frontier = Frontier::default();
    let mut last_at = 0;
    db.each(
        sql!(
            "SELECT seq, at, action, actor, object_kind, object_id, entry FROM ledger_entry \
             WHERE ledger = $1 ORDER BY seq",
            ledger
        ),
        &mut |row| {
            let seq: u64 = row.get(0)?;
            let broken = || LedgerError::Broken { ledger, seq };
            let bytes = row.get::<Vec<u8>>(6)?;
            let entry = ledger::Entry::from_bytes(&bytes).ok_or_else(broken)?;
            let columns = (
                row.get::<i64>(1)?,
                row.get::<String>(2)?,
                row.get::<String>(3)?,
            );
            let object = (row.get::<String>(4)?, row.get::<String>(5)?);
            let same = columns == (entry.at, entry.action, entry.actor.id)
                && object == (entry.object.kind, entry.object.id)
                && (seq, entry.seq) == (frontier.size(), frontier.size());
            if !same {
                return Err(broken().into());
            }
            for (position, hash) in frontier.push(ledger::leaf(&bytes)) {
                if nodes.remove(&(position.level, position.index)).as_deref() != Some(&hash) {
                    return Err(broken().into());
                }
            }
            last_at = entry.at;
            Ok(())
        },
    )
    .await?;
    let rows = db
        .rows(sql!(
            "SELECT size, frontier, last_at FROM ledger WHERE id = $1",
            ledger
        ))
        .await?;
    let row = rows.first().ok_or(LedgerError::Unknown(ledger))?;
    let stored = (
        row.get::<u64>(0)?,
        row.get::<Vec<u8>>(1)?,
        row.get::<i64>(2)?,
    );
    if stored != (frontier.size(), frontier.to_bytes(), last_at) || !nodes.is_empty() {
        return Err(LedgerError::Broken {
            ledger,
            seq: frontier.size(),
        }
        .into());
    }
    Ok(())
}
