//! Serves the sample pages that the tests look at, for whoever works on the look: prints the address and stays.

#[path = "../tests/web/look/frames.rs"]
mod frames;
#[path = "../tests/web/look/gallery.rs"]
mod gallery;
#[path = "../tests/web/look/site.rs"]
mod site;

#[tokio::main]
async fn main() {
    println!("{}/gallery", site::start().await);
    std::future::pending::<()>().await;
}
