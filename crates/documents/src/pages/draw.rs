//! Draws the pages of a file. Only in the child: whatever is read here is somebody else's.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};

use super::{Drawn, Kind, Told, Unshown};
use crate::fonts::Face;
use crate::photo::on_white;

/// The long and the short side of a drawn page, pixels: A4 at 150 dots an inch, where the smallest type
/// of a certificate can still be read in print.
const SIDES: (u16, u16) = (1754, 1240);
/// Quality of a drawn page, of 100.
const QUALITY: u8 = 80;
/// Longest side of a picture that is read, pixels; a camera of 200 megapixels stays below.
const LONGEST: u32 = 20_000;
/// Memory a picture may take while it is read, bytes.
const MEMORY: u64 = 400 * 1024 * 1024;

/// Draws the first `most` pages of a file and tells of each; before the first, how many there are.
pub(super) fn pages(
    kind: Kind,
    bytes: Vec<u8>,
    face: Option<&Face>,
    most: usize,
    tell: &mut dyn FnMut(Told) -> Result<(), Unshown>,
) -> Result<(), Unshown> {
    match kind {
        Kind::Pdf => pdf(bytes, face, most, tell),
        Kind::Jpeg => picture(&bytes, ImageFormat::Jpeg, most, tell),
        Kind::Png => picture(&bytes, ImageFormat::Png, most, tell),
    }
}

fn pdf(
    bytes: Vec<u8>,
    face: Option<&Face>,
    most: usize,
    tell: &mut dyn FnMut(Told) -> Result<(), Unshown>,
) -> Result<(), Unshown> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unshown::Locked,
        LoadPdfError::Invalid => Unshown::Damaged,
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Unshown::Damaged);
    }
    tell(Told::Total(pages.len()))?;
    let lacking = Arc::new(AtomicBool::new(false));
    let settings = settings(face, &lacking);
    for page in pages.iter().take(most) {
        lacking.store(lacks_content(page), Ordering::Relaxed);
        let (width, height) = page.render_dimensions();
        let (scale, width, height) = fitted(width, height).ok_or(Unshown::Damaged)?;
        // A cache for each page: what it keeps of a file of many pictures is more than it saves.
        let drawn = render(
            page,
            &RenderCache::new(),
            &settings,
            &RenderSettings {
                x_scale: scale,
                y_scale: scale,
                width: Some(width),
                height: Some(height),
                bg_color: WHITE,
            },
        );
        let colours = drawn.data().iter().flat_map(|dot| [dot.r, dot.g, dot.b]);
        let picture = RgbImage::from_raw(width.into(), height.into(), colours.collect())
            .ok_or(Unshown::Damaged)?;
        let lacking = lacking.load(Ordering::Relaxed);
        tell(Told::Page(printed(&picture, lacking)?))?;
    }
    Ok(())
}

/// Whether the page has content that cannot be unpacked.
fn lacks_content(page: &Page<'_>) -> bool {
    page.raw().contains_key(b"Contents".as_slice()) && page.page_stream().is_none()
}

/// How pages are drawn: typefaces a file names without bringing them are replaced, Chinese ones by
/// `face`; `lacking` is set when a picture in the page cannot be read.
fn settings(face: Option<&Face>, lacking: &Arc<AtomicBool>) -> InterpreterSettings {
    let lacking = Arc::clone(lacking);
    let chinese = face.map(|face| {
        let data: FontData = Arc::new(face.bytes.clone());
        (data, face.index)
    });
    InterpreterSettings {
        font_resolver: Arc::new(move |query| match query {
            FontQuery::Standard(known) => Some(known.get_font_data()),
            FontQuery::Fallback(wanted) => {
                let chinese = chinese.clone();
                chinese
                    .filter(|_| wanted.character_collection.is_some())
                    .or_else(|| Some(wanted.pick_standard_font().get_font_data()))
            }
        }),
        warning_sink: Arc::new(move |_| lacking.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    }
}

fn picture(
    bytes: &[u8],
    format: ImageFormat,
    most: usize,
    tell: &mut dyn FnMut(Told) -> Result<(), Unshown>,
) -> Result<(), Unshown> {
    tell(Told::Total(1))?;
    if most == 0 {
        return Ok(());
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unread)?;
    let held = decoder.orientation().map_err(unread)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unread)?;
    let (scale, width, height) =
        fitted(picture.width() as f32, picture.height() as f32).ok_or(Unshown::Damaged)?;
    // Made small before it is turned, which copies it.
    if scale < 1.0 {
        picture = picture.resize_exact(width.into(), height.into(), FilterType::Triangle);
    }
    picture.apply_orientation(held);
    let picture = on_white(picture).to_rgb8();
    tell(Told::Page(printed(&picture, false)?))
}

fn unread(error: ImageError) -> Unshown {
    match error {
        ImageError::Limits(_) => Unshown::TooLarge,
        _ => Unshown::Damaged,
    }
}

/// By how much a page of this size is scaled to fill a sheet, and its pixels then.
fn fitted(width: f32, height: f32) -> Option<(f32, u16, u16)> {
    let (across, down) = if width > height {
        SIDES
    } else {
        (SIDES.1, SIDES.0)
    };
    let scale = (f32::from(across) / width).min(f32::from(down) / height);
    let pixels = |length: f32, most: u16| ((length * scale).round() as u16).clamp(1, most);
    let sound = width.is_normal() && height.is_normal() && scale.is_normal() && scale > 0.0;
    sound.then(|| (scale, pixels(width, across), pixels(height, down)))
}

fn printed(picture: &RgbImage, lacking: bool) -> Result<Drawn, Unshown> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(|_| Unshown::TooLarge);
    let mut jpeg = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(unread)?;
    Ok(Drawn {
        width: side(picture.width())?,
        height: side(picture.height())?,
        lacking,
        jpeg,
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbaImage};

    use super::*;

    fn drawn(kind: Kind, bytes: Vec<u8>) -> RgbImage {
        let mut jpeg = Vec::new();
        let mut tell = |told| {
            if let Told::Page(page) = told {
                jpeg = page.jpeg;
            }
            Ok(())
        };
        pages(kind, bytes, None, 1, &mut tell).expect("drawn");
        image::load_from_memory(&jpeg).expect("a JPEG").to_rgb8()
    }

    #[test]
    fn what_shows_through_a_picture_is_white() {
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::new(300, 420)
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("written");
        let made = drawn(Kind::Png, bytes.into_inner());
        assert_eq!(made.dimensions(), (300, 420));
        assert_eq!(made.get_pixel(150, 200), &Rgb([255, 255, 255]));
    }

    #[test]
    fn a_picture_stands_as_the_camera_was_held_and_fits_its_sheet() {
        // Red on the left, blue on the right; the camera was turned.
        let side = |x: u32, _| match x < 1_000 {
            true => Rgb([255, 0, 0]),
            false => Rgb([0, 0, 255]),
        };
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(2_000, 1_000, side)
            .write_to(&mut bytes, ImageFormat::Jpeg)
            .expect("written");
        let mut bytes = bytes.into_inner();
        let turned = b"\xFF\xE1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        bytes.splice(2..2, turned.iter().copied());
        let made = drawn(Kind::Jpeg, bytes);
        assert_eq!(made.dimensions(), (877, 1754));
        let Rgb([red, _, blue]) = *made.get_pixel(400, 100);
        assert!(red > 200 && blue < 60, "red above");
        let Rgb([red, _, blue]) = *made.get_pixel(400, 1_700);
        assert!(red < 60 && blue > 200, "blue below");
    }

    #[test]
    fn pages_fill_a_sheet_whatever_their_size() {
        let pixels = |width, height| fitted(width, height).map(|(_, across, down)| (across, down));
        assert_eq!(pixels(595.0, 842.0), Some((1239, 1754)));
        assert_eq!(pixels(842.0, 595.0), Some((1754, 1239)));
        assert_eq!(pixels(1.0, 14_400.0), Some((1, 1754)));
        assert_eq!(pixels(1e9, 1e9), Some((1240, 1240)));
        for odd in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(pixels(odd, 842.0), None, "{odd}");
        }
    }
}
