//! Serves the sample pages that the tests look at, for whoever works on the look: prints the address and stays.

#[path = "../tests/look/frames.rs"]
mod frames;
#[path = "../tests/look/gallery.rs"]
mod gallery;
#[path = "../tests/look/site.rs"]
mod site;

#[tokio::main]
async fn main() {
    println!("{}/gallery", site::start().await);
    std::future::pending::<()>().await;
}
