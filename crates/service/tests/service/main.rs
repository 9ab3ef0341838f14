//! What the use cases promise, on both engines: one program, because linking a test costs more than most
//! of them take to run.

mod accounts;
mod admission;
mod amendments;
mod applications;
mod batches;
mod bureau;
mod campaigns;
mod certificates;
mod contention;
mod departments;
mod draws;
mod exits;
mod experts;
mod feedback;
mod groups;
mod health;
mod imports;
mod inbox;
mod journeys;
mod office;
mod outbox;
mod own_applications;
mod parameters;
mod postings;
mod recommending;
mod registry;
mod relations;
mod renewals;
mod solicitations;
mod special_invitations;
mod vetting;
