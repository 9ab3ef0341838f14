//! Work nobody clicks for: what is due is found and done every few seconds, and again after any
//! interruption. Each kind of work is idempotent; one that fails does not hold up the others.

use std::fmt::Display;

use crate::answers;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;
use crate::sessions;

impl Service {
    /// Does what is due now; says whether work is left that need not wait. A new kind of work adds its
    /// line here.
    pub async fn run_schedule(&self, ctx: &Ctx) -> bool {
        report("sessions", self.sweep_sessions(ctx).await);
        report("invitations", self.lapse_invitations(ctx).await.map(drop));
        report(
            "special invitations",
            self.lapse_special_invitations(ctx).await.map(drop),
        );
        report("suspensions", self.lift_suspensions(ctx).await.map(drop));
        report("campaigns", self.continue_campaigns(ctx).await.map(drop));
        report("reminders", self.remind_applications(ctx).await.map(drop));
        report("ends of terms", self.end_terms(ctx).await.map(drop));
        report("exits", self.leave_by_themselves(ctx).await.map(drop));
        report("willingness", self.ask_for_willingness(ctx).await.map(drop));
        report("postings", self.close_postings(ctx).await.map(drop));
        let issued = self.continue_issuances(ctx).await;
        let left = matches!(&issued, Ok(worked) if *worked > 0);
        report("certificates", issued.map(drop));
        report("messages", self.deliver_messages(ctx).await.map(drop));
        left
    }

    /// Forgets sessions and tokens that ended, and tries and answers that count no more.
    async fn sweep_sessions(&self, ctx: &Ctx) -> Result<()> {
        let mut tx = self.store.upkeep().await?;
        store::sessions::sweep(&mut tx, ctx.now - sessions::ABSOLUTE).await?;
        store::tries::sweep(&mut tx, ctx.now - sessions::ABSOLUTE).await?;
        store::tokens::sweep(&mut tx, ctx.now - sessions::ABSOLUTE).await?;
        store::answers::sweep(&mut tx, ctx.now - answers::KEPT).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// How much was done for one of several; a failure is reported and holds up none of the others.
pub(crate) fn done_for(work: &'static str, one: impl Display, done: Result<usize>) -> usize {
    done.unwrap_or_else(|error| {
        tracing::error!(work, %one, %error, "scheduled work failed");
        0
    })
}

fn report(work: &'static str, done: Result<()>) {
    if let Err(error) = done {
        tracing::error!(work, %error, "scheduled work failed");
    }
}
