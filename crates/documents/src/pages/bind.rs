//! Pictures bound as a PDF: its n-th page is the n-th picture. Nothing looks into the pictures on the
//! way, so that the typesetter can show them without unpacking them.

/// A PDF that grows by a page for each picture.
#[derive(Default)]
pub(super) struct Binder {
    bytes: Vec<u8>,
    /// Where objects begin in the file: of page n, from 0, its own, its drawing and its picture.
    begin: Vec<[usize; 3]>,
}

/// Number of the catalogue, of the list of pages, and of the first page's first object.
const NUMBERS: (usize, usize, usize) = (1, 2, 3);

impl Binder {
    /// Binds a colour JPEG of so many pixels.
    pub(super) fn add(&mut self, width: u16, height: u16, jpeg: &[u8]) {
        let (_, list, first) = NUMBERS;
        if self.bytes.is_empty() {
            self.bytes.extend(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
        }
        let number = first + 3 * self.begin.len();
        let (drawing, picture) = (number + 1, number + 2);
        let page = self.object(
            number,
            &format!(
                "<< /Type /Page /Parent {list} 0 R /MediaBox [0 0 {width} {height}] \
                 /Resources << /XObject << /P {picture} 0 R >> >> /Contents {drawing} 0 R >>"
            ),
            None,
        );
        let drawn = format!("q {width} 0 0 {height} 0 0 cm /P Do Q");
        let drawing = self.object(
            drawing,
            &format!("<< /Length {} >>", drawn.len()),
            Some(drawn.as_bytes()),
        );
        let picture = self.object(
            picture,
            &format!(
                "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} \
                 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>",
                jpeg.len()
            ),
            Some(jpeg),
        );
        self.begin.push([page, drawing, picture]);
    }

    /// The PDF; empty without a page.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.begin.is_empty() {
            return Vec::new();
        }
        let (catalogue, list, first) = NUMBERS;
        let kids: Vec<String> = (0..self.begin.len())
            .map(|page| format!("{} 0 R", first + 3 * page))
            .collect();
        let root = format!("<< /Type /Catalog /Pages {list} 0 R >>");
        let pages = format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            kids.len(),
            kids.join(" ")
        );
        let root = self.object(catalogue, &root, None);
        let pages = self.object(list, &pages, None);
        let objects = [root, pages]
            .into_iter()
            .chain(self.begin.iter().flatten().copied());
        let entries: Vec<String> = objects.map(|at| format!("{at:010} 00000 n \n")).collect();
        let (count, table) = (entries.len() + 1, self.bytes.len());
        self.text(&format!(
            "xref\n0 {count}\n0000000000 65535 f \n{}trailer\n<< /Size {count} /Root {catalogue} 0 R >>\n\
             startxref\n{table}\n%%EOF\n",
            entries.concat()
        ));
        self.bytes
    }

    /// Writes an object; gives where it begins.
    fn object(&mut self, number: usize, dictionary: &str, stream: Option<&[u8]>) -> usize {
        let begin = self.bytes.len();
        self.text(&format!("{number} 0 obj\n{dictionary}\n"));
        if let Some(stream) = stream {
            self.text("stream\n");
            self.bytes.extend_from_slice(stream);
            self.text("\nendstream\n");
        }
        self.text("endobj\n");
        begin
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }
}
