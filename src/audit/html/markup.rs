//! HTML in the making: what is not written here on purpose is text, and escaped.

/// A page in the making.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of ours, as it is.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text of anybody, for elements and for attributes in double quotes. What a reader cannot see is written out.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(' '),
                c if c.is_control() || is_invisible(c) => self.0.extend(c.escape_default()),
                c => self.0.push(c),
            }
        }
        self
    }

    /// An element that holds nothing but text.
    pub(super) fn element(&mut self, name: &str, class: &str, text: &str) -> &mut Self {
        if class.is_empty() {
            self.raw(&format!("<{name}>"));
        } else {
            self.raw(&format!("<{name} class=\"{class}\">"));
        }
        self.text(text).raw(&format!("</{name}>"))
    }

    /// Text in which what stands between backquotes is code.
    pub(super) fn with_code(&mut self, text: &str) -> &mut Self {
        for (index, piece) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.element("code", "", piece)
            } else {
                self.text(piece)
            };
        }
        self
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Characters that turn around or hide what stands beside them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Base64 with padding (RFC 4648, section 4), as a Content-Security-Policy writes digests.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sign = char::from(ALPHABET[word >> (18 - 6 * place) & 63]);
            out.push(if place > chunk.len() { '=' } else { sign });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::default();
        html.text("<b a=\"1\">'&\u{202e}x\n").with_code("a `b<` c").element("td", "x", "</td>");
        let said =
            "&lt;b a=&quot;1&quot;&gt;&#39;&amp;\\u{202e}x a <code>b&lt;</code> c<td class=\"x\">&lt;/td&gt;</td>";
        assert_eq!(html.finish(), said);
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let said: Vec<String> =
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes())).into();
        assert_eq!(said, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }
}
