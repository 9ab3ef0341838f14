//! What the pages and the JSON interface promise: one program, because linking a test costs more than most
//! of them take to run.

mod admission;
mod afternoon;
mod amendments;
#[path = "../../../linxuan/tests/browser/mod.rs"]
mod browser;
#[path = "../../../service/tests/service/bureau/mod.rs"]
mod bureau;
mod departments;
mod desk;
mod exits;
mod feedback;
mod foreign;
mod forgotten;
mod instrument;
mod look;
mod look_browser;
mod look_script;
mod openapi;
mod own_applications;
mod own_space;
mod postings;
mod renewals;
mod routes;
mod rows;
mod special_invitations;
