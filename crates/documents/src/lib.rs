//! Bytes out and in: printed forms and letters (PDF, DOCX), workbooks (XLSX), and the reading of rosters.
//!
//! Nothing here knows of users, storage or the web: typed views go in and bytes come out, or bytes
//! go in and typed rows with their problems come out.

pub mod annex;
pub mod approvals;
pub mod bundle;
pub mod certificates;
pub mod check_ins;
pub mod dates;
pub mod docx;
pub mod draws;
pub mod exits;
pub mod fonts;
pub mod form;
pub mod invitations;
pub mod letter;
mod measure;
pub mod meetings;
pub mod minutes;
pub mod pages;
pub mod pdf;
pub mod photo;
pub mod postings;
pub mod qr;
pub mod roster;
pub mod solicitations;
pub mod summary_list;
pub mod table;
pub mod worker;
pub mod xlsx;
