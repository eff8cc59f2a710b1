"""Papers for tests, made here: PDFs with words, pictures, and files that mean harm."""

import io
import zipfile


def pdf(*pages, trailer=b"", catalog=b"", letter=(612, 792)):
    """Return a PDF whose pages hold these lines of words."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>", b""]
    kids = []
    for lines in pages:
        text = lines if isinstance(lines, str) else "\n".join(lines)
        drawn = b"BT /F1 12 Tf 14 TL 60 720 Td " + b" ".join(
            b"(" + line.replace("\\", "").replace("(", "\\(").replace(")", "\\)").encode("latin-1") + b") Tj T*" for line in text.split("\n")
        ) + b" ET"  # fmt: skip
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
            b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % (*letter, content)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out = io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, 2)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue() + trailer


def picture(kind="PNG", size=(120, 160), pages=1, colour="white", **more):
    """Return a picture of one colour."""
    from PIL import Image

    made = [Image.new("RGB", size, colour) for _ in range(pages)]
    out = io.BytesIO()
    made[0].save(out, kind, **({"save_all": True, "append_images": made[1:]} if pages > 1 else {}), **more)
    return out.getvalue()


def locked(password="secret", *pages):
    """Return a PDF that asks for a password ('' for one that only forbids printing)."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf(*(pages or ("Hidden",))))).pages:
        writer.add_page(page)
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(**files):
    """Return a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()
