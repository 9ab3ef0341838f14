//! 照片: a portrait somebody uploaded, made fit for print: upright, cut to shape, small.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgba, RgbaImage};

/// Pixels across and down: 25 × 35 mm at 360 dots an inch.
const SHAPE: (u32, u32) = (354, 496);
/// Longest side that is read, pixels; a camera of 100 megapixels stays below.
const LONGEST: u32 = 12_000;
/// Memory a picture may take while it is read, bytes.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Quality of the print, of 100.
const QUALITY: u8 = 88;

/// A portrait as JPEG of 354 × 496 pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo(Vec<u8>);

/// Why a picture is no photo that could be printed.
#[derive(Debug, thiserror::Error)]
#[error("not a picture that can be read")]
pub struct NotAPhoto(#[from] image::ImageError);

impl Photo {
    /// Reads a JPEG or PNG: turned as the camera held it, cut to 25 : 35 around its middle.
    ///
    /// # Errors
    /// [`NotAPhoto`] when it is damaged, of another kind, or larger than 12,000 pixels or 256 MiB.
    pub fn read(bytes: &[u8]) -> Result<Self, NotAPhoto> {
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(image::ImageError::from)?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST);
        limits.max_image_height = Some(LONGEST);
        limits.max_alloc = Some(MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        let held = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(held);
        let (width, height) = SHAPE;
        let cut = picture.resize_to_fill(width, height, FilterType::Triangle);
        let mut made = Vec::new();
        on_white(cut)
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut made, QUALITY))?;
        Ok(Self(made))
    }

    /// The JPEG.
    pub fn jpeg(&self) -> &[u8] {
        &self.0
    }
}

/// What shows through a picture is white, as the paper is; JPEG would make it black.
pub(crate) fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let white = Rgba([u8::MAX; 4]);
    let mut paper = RgbaImage::from_pixel(picture.width(), picture.height(), white);
    image::imageops::overlay(&mut paper, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgba8(paper)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let shade = |x: u32, _| Rgb([u8::try_from(x * 255 / width).expect("a shade"), 120, 90]);
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, shade)
            .write_to(&mut bytes, format)
            .expect("written");
        bytes.into_inner()
    }

    #[test]
    fn any_shape_becomes_the_shape_of_a_portrait() {
        for (width, height) in [(1200, 800), (400, 1600), (35, 53)] {
            for format in [ImageFormat::Jpeg, ImageFormat::Png] {
                let photo = Photo::read(&picture(width, height, format)).expect("a photo");
                let made = image::load_from_memory(photo.jpeg()).expect("a JPEG");
                assert_eq!((made.width(), made.height()), SHAPE);
            }
        }
    }

    #[test]
    fn what_shows_through_a_picture_is_white() {
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::new(300, 420)
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("written");
        let photo = Photo::read(bytes.get_ref()).expect("a photo");
        let made = image::load_from_memory(photo.jpeg()).expect("a JPEG");
        assert_eq!(made.to_rgb8().get_pixel(150, 200), &Rgb([255, 255, 255]));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let mut torn = picture(300, 420, ImageFormat::Png);
        torn.truncate(200);
        for bytes in [
            &b"<script>alert(1)</script>"[..],
            b"\xFF\xD8\xFF\xE0 not a JPEG",
            &torn,
            b"",
        ] {
            assert!(Photo::read(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_that_claims_a_monstrous_size_is_refused_before_it_is_unpacked() {
        // A PNG of one pixel whose header claims 60,000 by 60,000.
        let mut claims = picture(1, 1, ImageFormat::Png);
        claims.splice(16..24, [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        assert!(Photo::read(&claims).is_err());
    }
}
