#!/usr/bin/env python3
"""Makes the image files of this folder and reference.csv: what other programs read in them.

Needs Pillow, ImageMagick, libjpeg-turbo-progs, webp, gifsicle and libtiff-tools (Debian's packages of these names).
A row of reference.csv: file, width, height, red green blue of every pixel in hexadecimal; transparent places lie over white.
"""
import io, os, struct, subprocess, zlib
from PIL import Image, ImageCms, ImageOps

os.chdir(os.path.dirname(os.path.abspath(__file__)))
W, H = 12, 8
rows = {}


def colour(x, y):
    return 20 + 18 * x, 30 + 25 * y, (230 - 10 * x - 8 * y)


def rgb():
    image = Image.new("RGB", (W, H))
    image.putdata([colour(x, y) for y in range(H) for x in range(W)])
    return image


def alpha():
    image = rgb().convert("RGBA")
    image.putalpha(Image.frombytes("L", (W, H), bytes((37 * x + 11 * y) % 256 for y in range(H) for x in range(W))))
    return image


def over_white(image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image).convert("RGB")


def add(name, reference):
    assert os.path.getsize(name) < 4096, name
    reference = over_white(reference) if reference.mode in ("RGBA", "LA", "P", "PA") else reference.convert("RGB")
    rows[name] = (reference.size, reference.tobytes().hex())


def opened(name):
    image = Image.open(name)
    image.load()
    return ImageOps.exif_transpose(image) if name.startswith("exif") else image


def run(*command):
    subprocess.run(command, check=True)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, bits, kind, pixels, before=b"", interlace=0, end=True):
    """Writes a PNG by hand: pixels are samples of a row each, in bits of a depth."""
    def packed(lines):
        out = b""
        for line in lines:
            number, count, row = 0, 0, b""
            for sample in line:
                number, count = number << bits | sample, count + bits
                while count >= 8:
                    row += bytes([number >> (count - 8) & 255])
                    count -= 8
            if count:
                row += bytes([number << (8 - count) & 255])
            out += b"\0" + row
        return out
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    if interlace:
        data = b""
        for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
            part = [[v for x in range(x0, W, dx) for v in line[x * samples:(x + 1) * samples]] for line in pixels[y0::dy]]
            data += packed([line for line in part if line])
    else:
        data = packed(pixels)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, bits, kind, 0, 0, interlace))
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + head + before + chunk(b"IDAT", zlib.compress(data, 9)) + (chunk(b"IEND", b"") if end else b""))


def rgb_of(values):
    image = Image.new("RGBA", (W, H))
    image.putdata(values)
    return image


def make_png():
    most = lambda bits: (1 << bits) - 1
    to8 = lambda v, bits: v * 255 // most(bits) if bits < 16 else v >> 8
    for interlace in (0, 1):
        i = "-interlaced" if interlace else ""
        for bits in (1, 2, 4, 8, 16):
            grey = [[(5 * x + 3 * y) * most(bits) // 76 for x in range(W)] for y in range(H)]
            png(f"png-grey{bits}{i}.png", bits, 0, grey, interlace=interlace)
            add(f"png-grey{bits}{i}.png", rgb_of([(to8(v, bits),) * 3 + (255,) for line in grey for v in line]))
            key = grey[2][3]
            if not interlace:
                png(f"png-grey{bits}-key.png", bits, 0, grey, before=chunk(b"tRNS", struct.pack(">H", key)))
                add(f"png-grey{bits}-key.png", rgb_of([(to8(v, bits),) * 3 + (0 if v == key else 255,) for line in grey for v in line]))
        for bits in (1, 2, 4, 8):
            index = [[(x + 2 * y) % (1 << bits) % 24 for x in range(W)] for y in range(H)]
            size = min(1 << bits, 24)
            table = [((40 * k) % 256, (255 - 9 * k) % 256, (77 * k) % 256) for k in range(size)]
            before = chunk(b"PLTE", b"".join(bytes(c) for c in table))
            png(f"png-palette{bits}{i}.png", bits, 3, index, before=before, interlace=interlace)
            add(f"png-palette{bits}{i}.png", rgb_of([table[v] + (255,) for line in index for v in line]))
            if not interlace:
                opaque = [(90 * k) % 256 for k in range(size // 2)]
                png(f"png-palette{bits}-alpha.png", bits, 3, index, before=before + chunk(b"tRNS", bytes(opaque)))
                add(f"png-palette{bits}-alpha.png", rgb_of([table[v] + (opaque[v] if v < len(opaque) else 255,) for line in index for v in line]))
        for bits in (8, 16):
            scale = 1 if bits == 8 else 257
            lines = [[v * scale for x in range(W) for v in colour(x, y)] for y in range(H)]
            png(f"png-rgb{bits}{i}.png", bits, 2, lines, interlace=interlace)
            add(f"png-rgb{bits}{i}.png", rgb())
            if not interlace:
                key = colour(3, 2)
                png(f"png-rgb{bits}-key.png", bits, 2, lines, before=chunk(b"tRNS", struct.pack(">HHH", *(v * scale for v in key))))
                add(f"png-rgb{bits}-key.png", rgb_of([colour(x, y) + (0 if (x, y) == (3, 2) else 255,) for y in range(H) for x in range(W)]))
            both = list(alpha().getdata())
            png(f"png-rgba{bits}{i}.png", bits, 6, [[v * scale for x in range(W) for v in both[W * y + x]] for y in range(H)], interlace=interlace)
            add(f"png-rgba{bits}{i}.png", alpha())
            png(f"png-greyalpha{bits}{i}.png", bits, 4, [[v * scale for x in range(W) for v in (both[W * y + x][0], both[W * y + x][3])] for y in range(H)], interlace=interlace)
            add(f"png-greyalpha{bits}{i}.png", rgb_of([(p[0],) * 3 + (p[3],) for p in both]))
    # What browsers show too.
    lines = [[v for x in range(W) for v in colour(x, y)] for y in range(H)]
    png("png-noend.png", 8, 2, lines, end=False)
    add("png-noend.png", rgb())
    png("png-noend-interlaced.png", 8, 2, lines, interlace=1, end=False)
    add("png-noend-interlaced.png", rgb())
    short = [(200, 10, 10), (10, 200, 10)]
    for bits, name in ((8, "png-palette8-short.png"), (4, "png-palette4-short.png")):
        index = [[(x + y) % 4 for x in range(W)] for y in range(H)]
        png(name, bits, 3, index, before=chunk(b"PLTE", b"".join(bytes(c) for c in short)))
        add(name, rgb_of([(short[v] if v < 2 else (0, 0, 0)) + (255,) for line in index for v in line]))
    # Colours as they stand: gamma is not followed, nor a profile that is not of a picture.
    png("png-gamma.png", 8, 2, lines, before=chunk(b"gAMA", struct.pack(">I", 100000)))
    add("png-gamma.png", rgb())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    png("png-icc.png", 8, 2, lines, before=chunk(b"iCCP", b"other\0\0" + zlib.compress(profile)))
    add("png-icc.png", rgb())
    rgb().save("jpeg-icc.jpg", quality=95, icc_profile=profile)
    add("jpeg-icc.jpg", opened("jpeg-icc.jpg").convert("RGB"))


def make_jpeg():
    rgb().save("source.ppm")
    for name, options in {"jpeg-444.jpg": ["-sample", "1x1"], "jpeg-422.jpg": ["-sample", "2x1"], "jpeg-420.jpg": ["-sample", "2x2"], "jpeg-grey.jpg": ["-grayscale"],
                          "jpeg-progressive.jpg": ["-progressive"], "jpeg-restart.jpg": ["-restart", "1"], "jpeg-arithmetic.jpg": ["-arithmetic"], "jpeg-rgb.jpg": ["-rgb"]}.items():
        run("cjpeg", "-quality", "95", *options, "-outfile", name, "source.ppm")
        run("djpeg", "-dct", "int", "-outfile", "back.ppm", name)
        add(name, Image.open("back.ppm").convert("RGB"))
    # Four inks. Photoshop's marker says that they are stored as what is missing; without one browsers read them so too.
    ink = rgb().convert("CMYK")
    ink.putdata([(c, m, y, (3 * k) % 90) for k, (c, m, y, _) in enumerate(ink.getdata())])
    ink.save("jpeg-cmyk-adobe.jpg", quality=97)  # Pillow writes the marker, and inverts
    run("convert", "source.ppm", "-colorspace", "CMYK", "-quality", "97", "jpeg-ycck.jpg")
    for name in ("jpeg-cmyk-adobe.jpg", "jpeg-ycck.jpg"):
        add(name, opened(name).convert("RGB"))
    data = open("jpeg-cmyk-adobe.jpg", "rb").read()
    at = data.index(b"\xff\xee")
    open("jpeg-cmyk.jpg", "wb").write(data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]:])
    rows["jpeg-cmyk.jpg"] = rows["jpeg-cmyk-adobe.jpg"]
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        rgb().save(f"exif{turn}.jpg", quality=95, exif=exif)
        add(f"exif{turn}.jpg", opened(f"exif{turn}.jpg"))


def bmp(name, bits, lines, table=b"", compression=0, top=False, masks=b"", size=40):
    """Writes a BMP by hand; lines are bytes of a row each, from the top, already padded, or packed data."""
    data = lines if isinstance(lines, bytes) else b"".join(lines if top else reversed(lines))
    offset = 14 + size + len(masks) + len(table)
    head = struct.pack("<IiiHHIIiiII", 40, W, -H if top else H, 1, bits, compression, len(data), 0, 0, len(table) // 4, 0)
    open(name, "wb").write(b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + masks + table + data)


def make_bmp():
    pad = lambda line: line + b"\0" * (-len(line) % 4)
    table = [((40 * k) % 256, (255 - 9 * k) % 256, (77 * k) % 256) for k in range(16)]
    for bits in (1, 4, 8):
        index = [[(x + 2 * y) % min(1 << bits, 16) for x in range(W)] for y in range(H)]
        lines = []
        for line in index:
            number = 0
            for v in line:
                number = number << bits | v
            length = W * bits
            lines.append(pad((number << (-length % 8)).to_bytes((length + 7) // 8, "big")))
        colours = b"".join(bytes((b, g, r, 0)) for r, g, b in table[:min(1 << bits, 16)])
        bmp(f"bmp{bits}.bmp", bits, lines, colours)
        add(f"bmp{bits}.bmp", rgb_of([table[v] + (255,) for line in index for v in line]))
        if bits == 4 or bits == 8:
            data = b""
            for line in reversed(index):
                for v in line:
                    data += bytes((1, v if bits == 8 else v << 4))
                data += b"\0\0"
            bmp(f"bmp{bits}-rle.bmp", bits, data + b"\0\1", colours, compression=1 if bits == 8 else 2)
            rows[f"bmp{bits}-rle.bmp"] = rows[f"bmp{bits}.bmp"]
    for top in (False, True):
        t = "-top" if top else ""
        bmp(f"bmp24{t}.bmp", 24, [pad(b"".join(bytes(reversed(colour(x, y))) for x in range(W))) for y in range(H)], top=top)
        add(f"bmp24{t}.bmp", rgb())
        bmp(f"bmp32{t}.bmp", 32, [b"".join(bytes(reversed(colour(x, y))) + b"\0" for x in range(W)) for y in range(H)], top=top)
        add(f"bmp32{t}.bmp", rgb())
    five = lambda v: v >> 3
    wide = lambda v, bits: v * 255 // ((1 << bits) - 1)
    at555 = [[five(r) << 10 | five(g) << 5 | five(b) for r, g, b in (colour(x, y) for x in range(W))] for y in range(H)]
    bmp("bmp16.bmp", 16, [b"".join(struct.pack("<H", v) for v in line) for line in at555])
    add("bmp16.bmp", rgb_of([tuple(wide(v >> s & 31, 5) for s in (10, 5, 0)) + (255,) for line in at555 for v in line]))
    at565 = [[five(r) << 11 | g >> 2 << 5 | five(b) for r, g, b in (colour(x, y) for x in range(W))] for y in range(H)]
    bmp("bmp16-565.bmp", 16, [b"".join(struct.pack("<H", v) for v in line) for line in at565], compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    add("bmp16-565.bmp", rgb_of([(wide(v >> 11, 5), wide(v >> 5 & 63, 6), wide(v & 31, 5), 255) for line in at565 for v in line]))


def make_gif():
    flat = rgb().quantize(16)
    flat.save("gif.gif")
    add("gif.gif", opened("gif.gif").convert("RGB"))
    flat.save("gif-interlaced.gif", interlace=1)
    add("gif-interlaced.gif", opened("gif-interlaced.gif").convert("RGB"))
    flat.save("gif-transparent.gif", transparency=flat.getpixel((3, 2)))
    add("gif-transparent.gif", opened("gif-transparent.gif").convert("RGBA"))
    run("gifsicle", "--no-warnings", "-o", "gif-animated.gif", "--delay", "10", "gif.gif", "gif-transparent.gif")
    rows["gif-animated.gif"] = rows["gif.gif"]
    # The first picture begins at (3, 2) on a canvas of 12x8: the rest is transparent, as browsers show it.
    part = rgb().crop((3, 2, 9, 6)).quantize(16)
    part.save("part.gif")
    data = bytearray(open("part.gif", "rb").read())
    data[6:10] = struct.pack("<HH", W, H)
    at = data.index(b"\x2c", 13 + 3 * (2 << (data[10] & 7)))
    data[at + 1:at + 5] = struct.pack("<HH", 3, 2)
    open("gif-part.gif", "wb").write(data)
    whole = Image.new("RGBA", (W, H), (0, 0, 0, 0))
    whole.paste(Image.open("part.gif").convert("RGBA"), (3, 2))
    add("gif-part.gif", whole)


def make_webp():
    rgb().save("source.png")
    alpha().save("alpha.png")
    run("cwebp", "-quiet", "-q", "90", "source.png", "-o", "webp-lossy.webp")
    run("cwebp", "-quiet", "-lossless", "source.png", "-o", "webp-lossless.webp")
    run("cwebp", "-quiet", "-q", "90", "-exact", "alpha.png", "-o", "webp-lossy-alpha.webp")
    run("cwebp", "-quiet", "-lossless", "-exact", "alpha.png", "-o", "webp-lossless-alpha.webp")
    for name in ("webp-lossy.webp", "webp-lossless.webp", "webp-lossy-alpha.webp", "webp-lossless-alpha.webp"):
        run("dwebp", "-quiet", name, "-o", "back.png")
        add(name, Image.open("back.png").convert("RGBA"))
    run("img2webp", "-lossless", "-o", "webp-animated.webp", "source.png", "alpha.png")
    rows["webp-animated.webp"] = rows["webp-lossless.webp"]


def make_tiff():
    grey = [min(255, 5 * x + 20 * y) for y in range(H) for x in range(W)]
    image = Image.frombytes("L", (W, H), bytes(grey))
    image.save("tiff-grey8.tif")
    add("tiff-grey8.tif", image)
    one = image.point(lambda v: 255 if v > 90 else 0).convert("1")
    for name, packing in (("tiff-grey1.tif", "raw"), ("tiff-ccitt3.tif", "group3"), ("tiff-ccitt4.tif", "group4")):
        one.save(name, compression=packing)
        add(name, one.convert("L"))
    deep = [v * 257 for v in grey]
    Image.frombytes("I;16", (W, H), struct.pack(f"<{W * H}H", *deep)).save("tiff-grey16.tif")
    add("tiff-grey16.tif", image)
    four = [v * 15 // 255 for v in grey]
    open("four.pgm", "wb").write(b"P5 %d %d 15\n" % (W, H) + bytes(four))
    run("convert", "four.pgm", "-depth", "4", "-compress", "none", "tiff-grey4.tif")
    add("tiff-grey4.tif", Image.frombytes("L", (W, H), bytes(v * 17 for v in four)))
    for name, packing in (("tiff-rgb.tif", "raw"), ("tiff-lzw.tif", "tiff_lzw"), ("tiff-deflate.tif", "tiff_adobe_deflate"), ("tiff-packbits.tif", "packbits")):
        rgb().save(name, compression=packing)
        add(name, rgb())
    rgb().save("tiff-jpeg.tif", compression="jpeg", quality=95)
    add("tiff-jpeg.tif", opened("tiff-jpeg.tif").convert("RGB"))
    flat = rgb().quantize(16)
    flat.save("tiff-palette.tif")
    add("tiff-palette.tif", flat.convert("RGB"))
    alpha().save("tiff-rgba.tif")
    add("tiff-rgba.tif", alpha())
    ink = Image.new("CMYK", (W, H))
    ink.putdata([(10 * x, 20 * y, 5 * x, (3 * (x + y)) % 90) for y in range(H) for x in range(W)])
    ink.save("tiff-cmyk.tif")
    add("tiff-cmyk.tif", ink.convert("RGB"))
    run("convert", "source.ppm", "-depth", "16", "-compress", "none", "tiff-rgb16.tif")
    add("tiff-rgb16.tif", rgb())
    run("tiffcp", "-t", "-w", "16", "-l", "16", "tiff-rgb.tif", "tiff-tiles.tif")
    run("tiffcp", "-r", "2", "tiff-rgb.tif", "tiff-strips.tif")
    run("tiffcp", "-p", "separate", "tiff-rgb.tif", "tiff-planes.tif")
    run("tiffcp", "-B", "tiff-rgb.tif", "tiff-bigendian.tif")
    run("tiffcp", "-8", "tiff-rgb.tif", "tiff-big.tif")
    run("tiffcp", "-c", "lzw:2", "tiff-rgb.tif", "tiff-predictor.tif")
    run("tiffcp", "tiff-rgb.tif", "tiff-palette.tif", "tiff-pages.tif")
    for name in ("tiff-tiles.tif", "tiff-strips.tif", "tiff-planes.tif", "tiff-bigendian.tif", "tiff-big.tif", "tiff-predictor.tif", "tiff-pages.tif"):
        add(name, rgb())
    run("convert", "tiff-grey8.tif", "-define", "quantum:polarity=min-is-white", "tiff-white.tif")
    add("tiff-white.tif", image.point(lambda v: 255 - v))
    for turn in range(1, 9):
        name = f"tiff-turn{turn}.tif"
        rgb().save(name, tiffinfo={274: turn})
        turned = rgb()
        method = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE, 6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90}.get(turn)
        add(name, turned.transpose(method) if method is not None else turned)


def make_turned():
    """Orientation in PNG and WebP files, an animated PNG, and profiles that are not of pictures."""
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        for name, kept, options in ((f"png-turn{turn}.png", rgb() if turn % 2 else alpha(), {}), (f"webp-turn{turn}.webp", rgb(), {"lossless": True, "exact": True})):
            kept.save(name, exif=exif, **options)
            add(name, ImageOps.exif_transpose(Image.open(name)))
    rgb().save("png-animated.png", save_all=True, append_images=[rgb().transpose(Image.ROTATE_180)], duration=100)
    add("png-animated.png", rgb())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    rgb().save("webp-icc.webp", lossless=True, icc_profile=profile)
    rgb().save("tiff-icc.tif", icc_profile=profile)
    for name in ("webp-icc.webp", "tiff-icc.tif"):
        add(name, rgb())


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile(space, pcs, tags):
    """Writes an ICC profile by hand: tags by name."""
    offset, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content
    head = struct.pack(">I4sI4s4s4s12s4s", offset + len(data), b"", 0x04200000, b"mntr", space, pcs, struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp")
    head += b"\0" * 28 + fixed(0.9642) + fixed(1) + fixed(0.8249) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + data


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(fixed(v) for v in values)


def curve(values):
    """One value is a power, several are a table."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *(round(v * (256 if len(values) == 1 else 65535)) for v in values))


def colours(red, green, blue, tone):
    return profile(b"RGB ", b"XYZ ", {b"wtpt": xyz((0.9642, 1, 0.8249)), b"rXYZ": xyz(red), b"gXYZ": xyz(green), b"bXYZ": xyz(blue), b"rTRC": tone, b"gTRC": tone, b"bTRC": tone})


def table(space, lab, bits=8):
    """A profile that looks colours up: at each corner of the inputs a colour in Lab, as a function of the inputs that is linear, which all programs interpolate alike."""
    inputs = len(space.strip())
    corners = [lab([corner >> (inputs - 1 - i) & 1 for i in range(inputs)]) for corner in range(1 << inputs)]
    unit = b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    head = bytes((inputs, 3, 2, 0)) + unit
    if bits == 8:
        straight = bytes(range(256))
        tag = b"mft1\0\0\0\0" + head + straight * inputs + b"".join(bytes((round(light * 2.55), round(a) + 128, round(b) + 128)) for light, a, b in corners) + straight * 3
    else:
        straight = struct.pack(">2H", 0, 65535)
        tag = b"mft2\0\0\0\0" + head + struct.pack(">2H", 2, 2) + straight * inputs + b"".join(struct.pack(">3H", round(light * 652.8), round((a + 128) * 256), round((b + 128) * 256)) for light, a, b in corners) + straight * 3
    return profile(space, b"Lab ", {b"wtpt": xyz((0.9642, 1, 0.8249)), b"A2B0": tag})


def make_profiles():
    """Pictures with colour profiles, against what LittleCMS makes of them."""
    srgb_tone = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    p3 = colours((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407), srgb_tone)
    adobe = colours((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), curve([2.19921875]))
    scanner = colours((0.45, 0.23, 0.02), (0.35, 0.68, 0.09), (0.1642, 0.09, 0.7149), curve([(i / 32) ** 1.8 for i in range(33)]))
    srgb = colours((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410), srgb_tone)
    dark = profile(b"GRAY", b"XYZ ", {b"wtpt": xyz((0.9642, 1, 0.8249)), b"kTRC": curve([1.8])})
    looked_up = lambda v: (10 + 20 * v[0] + 50 * v[1] + 15 * v[2], 30 * v[0] - 40 * v[1] + 8 * v[2], 15 * v[0] + 20 * v[1] - 40 * v[2])
    inks = lambda v: (98 - 24 * v[0] - 26 * v[1] - 4 * v[2] - 35 * v[3], -18 * v[0] + 36 * v[1] - 3 * v[2], -24 * v[0] - 2 * v[1] + 45 * v[2])
    press = table(b"CMYK", inks)
    target = ImageCms.createProfile("sRGB")
    # In full precision, and with white as the profile has it.
    exact = 0x0100 | 0x0004  # cmsFLAGS_NOOPTIMIZE, cmsFLAGS_NOWHITEONWHITEFIXUP

    def converted(image, icc):
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if image.mode == "RGBA":
            result = ImageCms.profileToProfile(image.convert("RGB"), source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB", flags=exact)
            result.putalpha(image.getchannel("A"))
            return result
        return ImageCms.profileToProfile(image, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, "RGB", flags=exact)

    def follow(name, image, icc, **options):
        image.save(name, icc_profile=icc, **options)
        read = opened(name)
        add(name, converted(read.convert("RGB") if read.mode == "P" else read, icc))

    grey = Image.frombytes("L", (W, H), bytes(min(255, 5 * x + 20 * y) for y in range(H) for x in range(W)))
    ink = Image.new("CMYK", (W, H))
    ink.putdata([(10 * x, 20 * y, 5 * x, (3 * (x + y)) % 90) for y in range(H) for x in range(W)])
    for name, icc in (("p3", p3), ("adobe", adobe), ("scanner", scanner), ("table", table(b"RGB ", looked_up))):
        follow(f"png-profile-{name}.png", rgb(), icc)
        follow(f"jpeg-profile-{name}.jpg", rgb(), icc, quality=95)
        follow(f"webp-profile-{name}.webp", rgb(), icc, lossless=True)
        follow(f"tiff-profile-{name}.tif", rgb(), icc)
    follow("png-profile-alpha.png", alpha(), p3)
    follow("png-profile-palette.png", rgb().quantize(16), p3)
    follow("webp-profile-alpha.webp", alpha(), p3, lossless=True, exact=True)
    follow("tiff-profile-lzw.tif", rgb(), p3, compression="tiff_lzw")
    for name, options in (("png-profile-grey.png", {}), ("jpeg-profile-grey.jpg", {"quality": 95}), ("tiff-profile-grey.tif", {})):
        follow(name, grey, dark, **options)
    follow("jpeg-profile-cmyk.jpg", ink, press, quality=97)
    # Skia takes the Lab of 16-bit tables for 65,535 parts, where ICC.1 (10.10) has 65,280: it is darker by 0.4 %.
    follow("jpeg-profile-cmyk16.jpg", ink, table(b"CMYK", inks, 16), quality=97)
    follow("png-profile-table16.png", rgb(), table(b"RGB ", looked_up, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb().save("jpeg-profile-turned.jpg", quality=95, icc_profile=p3, exif=exif)
    add("jpeg-profile-turned.jpg", converted(ImageOps.exif_transpose(opened("jpeg-profile-turned.jpg")), p3))
    for name, options in (("png-profile-srgb.png", {}), ("tiff-profile-srgb.tif", {}), ("webp-profile-srgb.webp", {"lossless": True})):
        rgb().save(name, icc_profile=srgb, **options)
        add(name, rgb())
    # Those that cannot be followed: damaged, of another kind of picture, of inks in a TIFF.
    for name, image, icc, options in (("png-icc-damaged.png", rgb(), p3[:200], {}), ("jpeg-icc-damaged.jpg", rgb(), p3[:200], {"quality": 95}), ("webp-icc-damaged.webp", rgb(), b"no profile", {"lossless": True}),
                                      ("tiff-icc-damaged.tif", rgb(), p3[:300], {}), ("jpeg-icc-inks.jpg", rgb(), press, {"quality": 95}), ("png-icc-grey.png", rgb(), dark, {}), ("tiff-icc-cmyk.tif", ink, press, {})):
        image.save(name, icc_profile=icc, **options)
        add(name, opened(name).convert("RGB"))


for name in os.listdir("."):
    if not name.endswith((".py", ".csv")):
        os.remove(name)
make_png()
make_jpeg()
make_bmp()
make_gif()
make_webp()
make_tiff()
make_turned()
make_profiles()
for name in ("source.ppm", "back.ppm", "source.png", "alpha.png", "back.png", "part.gif", "four.pgm"):
    os.remove(name)
with open("reference.csv", "w") as file:
    file.write("file,width,height,pixels\n")
    for name in sorted(rows):
        (width, height), pixels = rows[name]
        file.write(f"{name},{width},{height},{pixels}\n")
