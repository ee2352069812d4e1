"""The program uses the pixels and spacing of a file, whichever program wrote it, or refuses it in one line.

The writers are independent of ITK. Labels are compared with those of the written array."""

import os
import subprocess
from pathlib import Path

import imagecodecs
import mrcfile
import nibabel
import nrrd
import numpy as np
import pydicom
import pytest
import tifffile
from definition import define
from itk_neighborhoodargmaxlabel import basins, labels
from numpy.testing import assert_array_equal
from PIL import Image

ROOT = Path(__file__).parent.parent.parent
PROGRAM = os.environ.get("NEIGHBORHOOD_ARGMAX_LABEL_PROGRAM", ROOT / "build" / "release" / "apps" / "neighborhood-argmax-label")

INTEGERS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
REALS = ["float16", "float32", "float64"]
FLAT = (19, 23)
STACK = (7, 19, 23)


def random_array(shape=STACK, dtype="int16", seed=1):
    """An image of both signs and the type's whole range, as far as double holds it, with many equal neighbors."""
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.integers(-300, 300, shape).astype(dtype) / np.dtype(dtype).type(4)
    info = np.iinfo(dtype)
    step = max(1, info.max // 120 if info.bits < 64 else 2**44)
    return (random.integers(-120 if info.min < 0 else 0, 120, shape) * step).astype(dtype)


def run(*arguments, cwd):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True)


def labels_of(name, *arguments, cwd, notes=()):
    """The program's labels of a file; it prints only these notes."""
    done = run(name, "out.nrrd", "--border", "inside", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(notes), done.stderr
    for line, note in zip(lines, notes):
        assert line.startswith(f"neighborhood-argmax-label: note: {name}") and note in line, line
    return nrrd.read(str(cwd / "out.nrrd"), index_order="C")[0]


def assert_right(name, array, *arguments, cwd, notes=(), **options):
    expected = labels(array, border="inside", **options)
    found = labels_of(name, *arguments, cwd=cwd, notes=notes)
    assert_array_equal(found.reshape(expected.shape), expected)


def assert_refused(name, *texts, cwd, arguments=()):
    done = run(name, "out.nrrd", "--border", "inside", *arguments, cwd=cwd)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("neighborhood-argmax-label: "), done.stderr
    for text in texts:
        assert text in done.stderr, done.stderr


# TIFF


@pytest.mark.parametrize("shape", [FLAT, STACK])
@pytest.mark.parametrize("dtype", INTEGERS + REALS)
def test_tiff_of_every_type(tmp_path, dtype, shape):
    array = random_array(shape, dtype)
    for byteorder in "<>":
        for layout in {}, {"tile": (16, 32)}, {"rowsperstrip": 4}, {"bigtiff": True}:
            tifffile.imwrite(tmp_path / "in.tif", array, byteorder=byteorder, photometric="minisblack", metadata=None, **layout)
            assert_right("in.tif", array, cwd=tmp_path)


@pytest.mark.parametrize("predictor", [False, True])
@pytest.mark.parametrize("compression", ["zlib", "lzw", "packbits", "lzma", "zstd"])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "float32"])
def test_compressed_tiff(tmp_path, dtype, compression, predictor):
    array = random_array(FLAT, dtype)
    predictor = predictor and compression != "packbits"
    for layout in {}, {"tile": (16, 16)}:
        tifffile.imwrite(tmp_path / "in.tif", array, compression=compression, predictor=predictor, metadata=None, **layout)
        assert_right("in.tif", array, cwd=tmp_path)


@pytest.mark.parametrize("bits", [1, 2, 4, 6, 12])
def test_tiff_of_packed_bits(tmp_path, bits):
    array = np.random.default_rng(1).integers(0, 2**bits, FLAT).astype("uint16" if bits > 8 else "uint8")
    written = array.astype(bool) if bits == 1 else array
    tifffile.imwrite(tmp_path / "in.tif", written, bitspersample=bits, photometric="minisblack", metadata=None)
    assert_right("in.tif", array, cwd=tmp_path)


@pytest.mark.parametrize("planarconfig", ["contig", "separate"])
@pytest.mark.parametrize("samples", [2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_tiff_of_several_samples_is_refused(tmp_path, dtype, samples, planarconfig):
    shape = (samples, *FLAT) if planarconfig == "separate" else (*FLAT, samples)
    extra = ["unspecified"] * (samples - 1)
    tifffile.imwrite(
        tmp_path / "in.tif",
        random_array(shape, dtype),
        photometric="minisblack",
        planarconfig=planarconfig,
        extrasamples=extra,
        metadata=None,
    )
    assert_refused("in.tif", f"with {samples} components; one value a pixel is needed: convert", cwd=tmp_path)
    tifffile.imwrite(tmp_path / "image.tif", random_array(FLAT))
    assert_refused("image.tif", "in.tif: ", f"{samples} components", cwd=tmp_path, arguments=("--mask", "in.tif"))


def test_tiff_that_no_one_can_read_as_one_value_is_refused(tmp_path):
    file = tmp_path / "in.tif"
    tifffile.imwrite(file, np.zeros(FLAT, "complex64"), metadata=None)
    assert_refused("in.tif", "64 bits a value of sample format 6", "convert it", cwd=tmp_path)
    colors = np.random.default_rng(1).integers(0, 2**16, (3, 256)).astype("uint16")
    tifffile.imwrite(file, random_array(FLAT, "uint8"), photometric="palette", colormap=colors, metadata=None)
    assert_refused("in.tif", "colors in a palette", cwd=tmp_path)
    array, grays = random_array(FLAT, "uint8"), np.tile(np.arange(256, dtype="uint16") * 257, (3, 1))
    tifffile.imwrite(file, array, photometric="palette", colormap=grays, metadata=None)
    assert_right("in.tif", array, cwd=tmp_path)
    with tifffile.TiffWriter(file) as tiff:
        tiff.write(random_array(FLAT), metadata=None)
        tiff.write(random_array((9, 9)), metadata=None)
    assert_refused("in.tif", "pages of different sizes", cwd=tmp_path)


def test_smaller_copies_are_no_slices(tmp_path):
    """As in a COG."""
    array = random_array((64, 80), "float32")
    with tifffile.TiffWriter(tmp_path / "in.tif") as tiff:
        tiff.write(array, tile=(16, 16), metadata=None)
        tiff.write(array[::2, ::2], tile=(16, 16), subfiletype=1, metadata=None)
    assert_right("in.tif", array, cwd=tmp_path)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "uint32", "float16", "uint64"])
def test_tiff_as_mask(tmp_path, dtype):
    array = random_array()
    mask = np.random.default_rng(2).integers(0, 4, STACK) > 0
    tifffile.imwrite(tmp_path / "in.tif", array, metadata=None)
    tifffile.imwrite(tmp_path / "mask.tif", mask.astype(dtype), tile=(16, 16), photometric="minisblack", metadata=None)
    assert_right("in.tif", array, "--mask", "mask.tif", cwd=tmp_path, mask_image=mask)


def test_resolution_of_a_stack_is_not_used(tmp_path):
    array = random_array()
    for unit, per in ("inch", "inch"), ("centimeter", "centimeter"):
        tifffile.imwrite(tmp_path / "in.tif", array, resolution=(72, 72), resolutionunit=unit, metadata=None)
        note = f"has 72 x 72 pixels per {per}, and no distance of its slices, which is not used: give --spacing"
        assert_right("in.tif", array, cwd=tmp_path, notes=[note])
    assert_right("in.tif", array, "--spacing", "0.5,0.5,2", cwd=tmp_path, spacing=(2, 0.5, 0.5))


def test_resolution_of_a_picture_is_its_spacing(tmp_path):
    array = random_array(FLAT)
    tifffile.imwrite(tmp_path / "in.tif", array, resolution=(204, 98), resolutionunit="inch", metadata=None)
    assert_right("in.tif", array, cwd=tmp_path, spacing=(1 / 98, 1 / 204))


def test_imagej(tmp_path):
    array = random_array()
    file = tmp_path / "in.tif"
    tifffile.imwrite(file, array, imagej=True, resolution=(10, 10), metadata={"spacing": 0.3, "unit": "micron", "axes": "ZYX"})
    assert_right("in.tif", array, cwd=tmp_path, spacing=(1e-3 * 0.3, 1e-3 / 10, 1e-3 / 10))
    tifffile.imwrite(file, array, imagej=True, resolution=(10, 10), metadata={"unit": "micron", "axes": "ZYX"})
    assert_right(
        "in.tif", array, cwd=tmp_path, notes=["has a scale in micron, and no distance of its slices, which is not used"]
    )
    tifffile.imwrite(file, array, imagej=True, metadata={"axes": "ZYX"})
    assert_right("in.tif", array, cwd=tmp_path)
    tifffile.imwrite(file, random_array((5, 2, *FLAT)), imagej=True, metadata={"axes": "ZCYX"})
    assert_refused("in.tif", "has 2 channels", "save one of them alone", cwd=tmp_path)
    tifffile.imwrite(file, random_array((3, 5, *FLAT)), imagej=True, metadata={"axes": "TZYX"})
    assert_refused("in.tif", "has 3 times of 5 slices", cwd=tmp_path)


def test_ome(tmp_path):
    array = random_array()
    sizes = {f"PhysicalSize{axis}": size for axis, size in zip("XYZ", (0.1, 0.2, 0.5))}
    tifffile.imwrite(tmp_path / "in.ome.tif", array, metadata={"axes": "ZYX", **sizes})
    assert_right("in.ome.tif", array, cwd=tmp_path, spacing=(1e-3 * 0.5, 1e-3 * 0.2, 1e-3 * 0.1))
    units = {f"PhysicalSize{axis}Unit": unit for axis, unit in zip("XYZ", ("nm", "nm", "µm"))}
    tifffile.imwrite(tmp_path / "in.ome.tif", array, metadata={"axes": "ZYX", **sizes, **units})
    assert_right("in.ome.tif", array, cwd=tmp_path, spacing=(1e-3 * 0.5, 1e-6 * 0.2, 1e-6 * 0.1))
    del sizes["PhysicalSizeZ"]
    tifffile.imwrite(tmp_path / "in.ome.tif", array, metadata={"axes": "ZYX", **sizes})
    assert_right("in.ome.tif", array, cwd=tmp_path, notes=["has physical sizes of some of its axes only"])
    tifffile.imwrite(tmp_path / "in.ome.tif", random_array((2, 5, *FLAT)), metadata={"axes": "CZYX"})
    assert_refused("in.ome.tif", "has 2 channels", cwd=tmp_path)


def geotiff(file, array, *tags, **options):
    tifffile.imwrite(file, array, metadata=None, extratags=[(*tag, True) for tag in tags], **options)


def test_geotiff(tmp_path):
    array = random_array(FLAT, "float32")
    array[3:6, 2:8] = -9999
    scale = (33550, "d", 3, (30.0, 20.0, 0.0))
    keys = (34735, "H", 8, (1, 1, 0, 1, 1024, 0, 1, 1))
    place = "has a place on a map, which outputs do not keep"
    nodata = "has -9999 as nodata; these voxels are outside the mask"
    mask = array != -9999
    geotiff(tmp_path / "in.tif", array, scale, keys, (42113, "s", 0, "-9999"))
    assert_right("in.tif", array, cwd=tmp_path, notes=[place, nodata], spacing=(20, 30), mask_image=mask)
    geotiff(tmp_path / "in.tif", array, scale, keys)
    assert_right("in.tif", array, "--nodata", "-9999", cwd=tmp_path, notes=[place], spacing=(20, 30), mask_image=mask)

    keys = (34735, "H", 8, (1, 1, 0, 1, 1024, 0, 1, 2))
    geotiff(tmp_path / "in.tif", array, scale, keys)
    assert_right("in.tif", array, cwd=tmp_path, notes=["has a spacing in degrees", place], spacing=(20, 30))
    matrix = [30.0, 0, 0, 500, 0, -20.0, 0, 600, 0, 0, 0, 0, 0, 0, 0, 1]
    geotiff(tmp_path / "in.tif", array, (34264, "d", 16, matrix))
    assert_right("in.tif", array, cwd=tmp_path, notes=[place], spacing=(20, 30))


def test_nodata(tmp_path):
    array = random_array(STACK, "float64")
    array[2, 3:9] = np.nan
    mask = np.random.default_rng(2).integers(0, 4, STACK) > 0
    nrrd.write(str(tmp_path / "in.nrrd"), array, index_order="C")
    nrrd.write(str(tmp_path / "mask.nrrd"), mask.astype("uint8"), index_order="C")
    inside = ~np.isnan(array)
    assert_right("in.nrrd", array, "--nodata", "nan", cwd=tmp_path, mask_image=inside)
    assert_right(
        "in.nrrd", array, "--nodata", "nan", "--stream", "1", "--mask", "mask.nrrd", cwd=tmp_path, mask_image=inside & mask
    )
    value = array[3, 4, 5]
    assert_right("in.nrrd", array, "--nodata", value, cwd=tmp_path, mask_image=array != value)
    done = run("in.nrrd", "b.nrrd", "--basins", "basins.nrrd", "--nodata", "nan", "--border", "inside", cwd=tmp_path)
    assert done.returncode == 1 and "--background-value to 27 or more" in done.stderr

    array = random_array(STACK, "uint64")
    nrrd.write(str(tmp_path / "in.nrrd"), array, index_order="C")
    assert_right("in.nrrd", array, "--nodata", array[0, 0, 0], cwd=tmp_path, mask_image=array != array[0, 0, 0])
    for value in "-1", "0.5", "nan", "18446744073709551616":
        assert_refused("in.nrrd", "--nodata: ", "is no value of pixels of ", cwd=tmp_path, arguments=("--nodata", value))
    # The nodata of a GeoTIFF may be a number that its pixels cannot have.
    array = random_array(FLAT, "uint8")
    geotiff(tmp_path / "in.tif", array, (42113, "s", 0, "-9999"))
    assert_right("in.tif", array, cwd=tmp_path)
    geotiff(tmp_path / "in.tif", array.astype("float32"), (42113, "s", 0, "nan"))
    assert_right("in.tif", array, cwd=tmp_path, notes=["has nan as nodata"])


def test_bad_spacing_is_refused(tmp_path):
    nrrd.write(str(tmp_path / "in.nrrd"), random_array(), index_order="C")
    for spacing in "1,0,1", "1,,1", "x", "1,1,-1", "nan,1,1", "inf,1,1":
        assert_refused(
            "in.nrrd", f"--spacing: {spacing} is not one number above 0", cwd=tmp_path, arguments=("--spacing", spacing)
        )
    assert_refused("in.nrrd", "--spacing: 2 values for an image of 3 dimensions", cwd=tmp_path, arguments=("--spacing", "1,1"))


# Pictures


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_png(tmp_path, dtype):
    array = random_array(FLAT, dtype)
    (tmp_path / "in.png").write_bytes(imagecodecs.png_encode(array))
    assert_right("in.png", array, cwd=tmp_path)


def test_pictures_of_pillow(tmp_path):
    array = random_array(FLAT, "uint8")
    Image.fromarray(array).save(tmp_path / "in.png", dpi=(72, 72))
    assert_right("in.png", array, cwd=tmp_path)
    Image.fromarray(array > 60).save(tmp_path / "in.png")
    assert_right("in.png", 255 * (array > 60).astype("uint8"), cwd=tmp_path)  # PNG spreads few bits over 8
    Image.fromarray(array).save(tmp_path / "in.jpg", quality=100)
    assert_right("in.jpg", np.asarray(Image.open(tmp_path / "in.jpg")), cwd=tmp_path)
    for mode in "LA", "RGB", "RGBA":
        Image.fromarray(array).convert(mode).save(tmp_path / "in.png")
        assert_refused("in.png", "one value a pixel is needed", cwd=tmp_path)
    for mode in "LA", "RGB", "RGBA":
        Image.fromarray(array).convert(mode).save(tmp_path / "in.tif")
        assert_refused("in.tif", "one value a pixel is needed", cwd=tmp_path)
    for kind in array, array.astype("int32"), array.astype("float32"), array > 60:
        Image.fromarray(kind).save(tmp_path / "in.tif", compression="tiff_lzw")
        assert_right("in.tif", kind.astype("float32"), cwd=tmp_path)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
def test_jpeg_2000(tmp_path, dtype):
    array = random_array((64, 80), dtype)
    (tmp_path / "in.jp2").write_bytes(imagecodecs.jpeg2k_encode(array, level=0, reversible=True))
    assert_right("in.jp2", array, cwd=tmp_path)


# Volumes


@pytest.mark.parametrize("dtype", INTEGERS + ["float32", "float64"])
@pytest.mark.parametrize("image", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("order", "<>")
def test_nifti(tmp_path, image, dtype, order):
    array = random_array(STACK, dtype)
    header = image.header_class(endianness=order)
    header.set_data_dtype(np.dtype(dtype).newbyteorder(order))
    affine = np.diag([-0.5, 0.75, 2, 1])
    if image is nibabel.Nifti2Image:
        nibabel.save(image(array.T, affine, header), tmp_path / "in.nii")
        assert_refused("in.nii", "is NIfTI-2, which ITK does not read; convert it to NIfTI-1", cwd=tmp_path)
        return
    for name in "in.nii", "in2.nii.gz":
        nibabel.save(image(array.T, affine, header), tmp_path / name)
        assert_right(name, array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


def test_nifti_of_analyze(tmp_path):
    array = random_array()
    nibabel.save(nibabel.Spm99AnalyzeImage(array.T, np.diag([0.5, 0.75, 2, 1])), tmp_path / "in.img")
    assert_right("in.hdr", array, cwd=tmp_path, notes=["Analyze file"], spacing=(2, 0.75, 0.5))


def test_nifti_with_a_slope(tmp_path):
    array = random_array()
    image = nibabel.Nifti1Image(array.T, np.eye(4))
    image.header.set_slope_inter(-0.5, 7)
    nibabel.save(image, tmp_path / "in.nii")
    assert_right("in.nii", np.asarray(nibabel.load(tmp_path / "in.nii").dataobj).T, cwd=tmp_path)
    image = nibabel.Nifti1Image(random_array(STACK, "int32").T, np.eye(4))
    image.header.set_slope_inter(0.5, 7)
    nibabel.save(image, tmp_path / "in.nii")
    assert_refused("in.nii", "integers of 32 bits or more with a slope", "convert it to float64", cwd=tmp_path)


def test_nifti_whose_forms_disagree(tmp_path):
    array = random_array()
    image = nibabel.Nifti1Image(array.T, np.diag([1.0, 1, 1, 1]))
    image.set_sform(np.diag([1.0, 1, 2, 1]), 1)
    image.set_qform(np.diag([1.0, 1, 1, 1]), 1)
    nibabel.save(image, tmp_path / "in.nii")
    done = run("in.nii", "out.nrrd", cwd=tmp_path)
    assert done.returncode == 0
    assert (
        "has a spacing of 1 x 1 x 2 in its sform, 1 x 1 x 1 in its pixdim; the sform is not used: give --spacing" in done.stderr
    )


def test_nifti_with_only_an_sform(tmp_path):
    array = random_array()
    for zooms in (0.5, 0.75, 2), (1, 1, 1):
        image = nibabel.Nifti1Image(array.T, np.diag([0.5, -0.75, 2, 1]))
        image.set_qform(None, 0)
        image.header["pixdim"][1:4] = zooms
        nibabel.save(image, tmp_path / "in.nii")
        assert_right("in.nii", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


def test_nifti_in_time(tmp_path):
    array = random_array((5, *STACK))
    image = nibabel.Nifti1Image(array.T, np.eye(4))
    image.header.set_zooms((1, 1, 1, 2000))
    image.header.set_xyzt_units("mm", "msec")
    nibabel.save(image, tmp_path / "in.nii")
    note = "has time as its fourth axis; 2 s are taken for as many millimeters: give --spacing"
    assert_right("in.nii", array, cwd=tmp_path, notes=[note], spacing=(2, 1, 1, 1))


@pytest.mark.parametrize("dtype", INTEGERS + ["float32", "float64"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
def test_nrrd(tmp_path, dtype, order, encoding):
    array = random_array(STACK, dtype).astype(np.dtype(dtype).newbyteorder(order))
    header = {"encoding": encoding, "spacings": [0.5, 0.75, 2], "endian": {"<": "little", ">": "big"}[order]}
    nrrd.write(str(tmp_path / "in.nrrd"), array, header, index_order="C")
    assert_right("in.nrrd", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


def test_units_of_nrrd(tmp_path):
    array = random_array()
    nrrd.write(str(tmp_path / "in.nrrd"), array, {"spacings": [1, 1, 2], "units": ["um", "um", "mm"]}, index_order="C")
    note = 'has "um" "um" "mm" as the units of its axes; all are taken for millimeters: give --spacing'
    assert_right("in.nrrd", array, cwd=tmp_path, notes=[note], spacing=(2, 1, 1))
    nrrd.write(str(tmp_path / "in.nrrd"), array, {"spacings": [1, 1, 2], "units": ["mm", "mm", "mm"]}, index_order="C")
    assert_right("in.nrrd", array, cwd=tmp_path, spacing=(2, 1, 1))


META = "ObjectType = Image\nNDims = 3\nDimSize = 23 19 7\nElementSpacing = 0.5 0.75 2\n{}ElementType = MET_{}\nElementDataFile = LOCAL\n"
META_TYPES = {
    "uint8": "UCHAR",
    "int8": "CHAR",
    "uint16": "USHORT",
    "int16": "SHORT",
    "uint32": "UINT",
    "int32": "INT",
    "uint64": "ULONG_LONG",
    "int64": "LONG_LONG",
    "float32": "FLOAT",
    "float64": "DOUBLE",
}


@pytest.mark.parametrize("dtype", META_TYPES)
@pytest.mark.parametrize("order", "<>")
def test_metaimage(tmp_path, dtype, order):
    array = random_array(STACK, dtype)
    header = META.format(f"BinaryData = True\nBinaryDataByteOrderMSB = {order == '>'}\n", META_TYPES[dtype])
    (tmp_path / "in.mha").write_bytes(header.encode() + array.astype(np.dtype(dtype).newbyteorder(order)).tobytes())
    assert_right("in.mha", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


def test_units_of_metaimage(tmp_path):
    array = random_array(STACK, "int16")
    for unit in "mm", "um":
        header = META.format(f"BinaryData = True\nDistanceUnits = {unit}\n", "SHORT")
        (tmp_path / "in.mha").write_bytes(header.encode() + array.tobytes())
        note = "has um as its unit of distance; it is taken for millimeters: give --spacing"
        assert_right("in.mha", array, cwd=tmp_path, notes=[note] * (unit == "um"), spacing=(2, 0.75, 0.5))


VTK = """# vtk DataFile Version 3.0
x
ASCII
DATASET STRUCTURED_POINTS
DIMENSIONS 23 19 7
ORIGIN 0 0 0
SPACING 0.5 0.75 2
POINT_DATA 3059
SCALARS x {} 1
LOOKUP_TABLE default
"""


def write_text(folder, dtype, words):
    """As VTK and MetaImage. Other arrays may come after that of a VTK file."""
    text = " ".join(map(str, words)) + "\n"
    (folder / "in.vtk").write_text(VTK.format(VTK_TYPES[dtype]) + text + "METADATA\nINFORMATION 0\n")
    (folder / "in.mha").write_text(META.format("BinaryData = False\n", META_TYPES[dtype]) + text)
    return "in.vtk", "in.mha"


@pytest.mark.parametrize(
    "dtype, bad",
    [
        ("uint8", ["256", "-1", "7.5"]),
        ("int8", ["128"]),
        ("uint16", ["65536", "-1"]),
        ("int16", ["32768", "1e2", "0x10"]),
        ("uint32", ["4294967296", "-1"]),
        ("int32", ["2147483648", "nan", "1.0"]),
        ("float32", ["nan", "NaN", "-inf", "1e39", "1,5", "1.5f"]),
        ("float64", ["nan", "1e309", "-", "0x1p3"]),
    ],
)
def test_text(tmp_path, dtype, bad):
    array = random_array(STACK, dtype)
    words = [f"{value:+}" if np.dtype(dtype).kind == "f" else str(value) for value in array.ravel()]
    for name in write_text(tmp_path, dtype, words):
        assert_right(name, array, cwd=tmp_path, spacing=(2, 0.75, 0.5))
        done = run(name, "out.mha", "--border", "inside", "--stream", 3, cwd=tmp_path)
        assert done.returncode == 0 and (tmp_path / "out.mha").read_bytes().endswith(
            labels(array, border="inside", spacing=(2, 0.75, 0.5)).tobytes()
        ), done.stderr
    for word in bad:
        for name in write_text(tmp_path, dtype, [*words[:1000], word, *words[1001:]]):
            assert_refused(name, f'has "{word}" among its voxels', "write it in binary", cwd=tmp_path)
    write_text(tmp_path, dtype, words[:-1])
    assert_refused("in.mha", "is not complete: it has 3058 numbers for 3059 voxels", cwd=tmp_path)
    (tmp_path / "in.vtk").write_text((tmp_path / "in.vtk").read_text().split("METADATA")[0])
    assert_refused("in.vtk", "is not complete: it has 3058 numbers for 3059 voxels", cwd=tmp_path)


def test_text_of_64_bits(tmp_path):
    words = ["1"] * 3058 + [str(2**53 + 1)]
    (tmp_path / "in.mha").write_text(META.format("BinaryData = False\n", "LONG_LONG") + " ".join(words) + "\n")
    assert_refused("in.mha", 'has "9007199254740993" among its voxels', cwd=tmp_path)


VTK_TYPES = {
    "uint8": "unsigned_char",
    "int8": "char",
    "uint16": "unsigned_short",
    "int16": "short",
    "uint32": "unsigned_int",
    "int32": "int",
    "float32": "float",
    "float64": "double",
}


@pytest.mark.parametrize("dtype", VTK_TYPES)
def test_vtk(tmp_path, dtype):
    array = random_array(STACK, dtype)
    header = "# vtk DataFile Version 3.0\nx\nBINARY\nDATASET STRUCTURED_POINTS\nDIMENSIONS 23 19 7\nORIGIN 0 0 0\nSPACING 0.5 0.75 2\n"
    header += f"POINT_DATA 3059\nSCALARS x {VTK_TYPES[dtype]} 1\nLOOKUP_TABLE default\n"
    (tmp_path / "in.vtk").write_bytes(header.encode() + array.astype(np.dtype(dtype).newbyteorder(">")).tobytes())
    assert_right("in.vtk", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


# MRC


def mrc(file, array, **header):
    with mrcfile.new(file, array, overwrite=True) as out:
        out.voxel_size = (0.5, 0.75, 2)
        for name, value in header.items():
            out.header[name] = value


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "float32"])
def test_mrc(tmp_path, dtype):
    array = random_array(STACK, dtype)
    mrc(tmp_path / "in.mrc", array)
    assert_right("in.mrc", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))


def test_mrc_of_half_floats_and_complex_is_refused(tmp_path):
    for dtype in "float16", "complex64":
        mrc(tmp_path / "in.mrc", random_array(STACK, "float32").astype(dtype))
        assert run("in.mrc", "out.nrrd", cwd=tmp_path).stderr.count("\n") == 1
        assert_refused("in.mrc", cwd=tmp_path)


def test_order_of_axes_of_mrc(tmp_path):
    array = random_array()
    # Columns lie along Z, sections along X: the cell's lengths are of X, Y, Z.
    mrc(tmp_path / "in.mrc", array, mapc=3, mapr=2, maps=1, mx=7, my=19, mz=23)
    with mrcfile.open(tmp_path / "in.mrc", "r+") as out:
        out.header.cella = (7 * 0.5, 19 * 0.75, 23 * 2.0)
    assert_right("in.mrc", array, cwd=tmp_path, spacing=(0.5, 0.75, 2))


def test_bytes_of_mrc(tmp_path):
    array = random_array(STACK, "int8")
    mrc(tmp_path / "in.mrc", array, dmin=0, dmax=-1)
    assert_right("in.mrc", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))
    mrc(tmp_path / "in.mrc", array, nversion=0)
    assert_right("in.mrc", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))
    mrc(tmp_path / "in.mrc", array, dmin=0, dmax=-1, nversion=0)
    assert_refused("in.mrc", "does not say whether its bytes are signed", "update_header_stats", cwd=tmp_path)


# Directions that are not orthonormal reach the filter, and the output.

SHEARED = np.array([[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])
RIGHT_TO_LEFT = np.diag([-1, -1, 1])


def assert_oblique(name, array, steps, cwd):
    """The columns are the steps of x, y, z in space."""
    expected = define(array, lattice=np.transpose(steps)[::-1], border="Inside")[0]
    assert (expected != define(array, spacing=np.linalg.norm(steps, axis=0), border="Inside")[0]).any()
    assert_array_equal(labels_of(name, cwd=cwd), expected)
    found = nrrd.read(str(cwd / "out.nrrd"))[1]["space directions"].T
    np.testing.assert_allclose(found, steps, atol=1e-6)


@pytest.mark.parametrize("angle", ["alpha", "beta", "gamma"])
def test_angles_of_mrc(tmp_path, angle):
    array = np.random.default_rng(1).random(STACK, np.float32)  # no ties: the program rounds the steps in another way
    mrc(tmp_path / "in.mrc", array)
    with mrcfile.open(tmp_path / "in.mrc", "r+") as out:
        out.header.cellb[angle] = 120
    half, root = -0.5, 3**0.5 / 2
    steps = {
        "alpha": [[0.5, 0, 0], [0, 0.75, 2 * half], [0, 0, 2 * root]],
        "beta": [[0.5, 0, 2 * half], [0, 0.75, 0], [0, 0, 2 * root]],
        "gamma": [[0.5, 0.75 * half, 0], [0, 0.75 * root, 0], [0, 0, 2]],
    }
    assert_oblique("in.mrc", array, steps[angle], tmp_path)


@pytest.mark.parametrize("has_qform", [False, True])
def test_sheared_nifti(tmp_path, has_qform):
    array = random_array()
    image = nibabel.Nifti1Image(array.T, None)
    image.set_sform(SHEARED, 1)
    image.set_qform(SHEARED if has_qform else None, int(has_qform))
    nibabel.save(image, tmp_path / "in.nii")
    assert_oblique("in.nii", array, RIGHT_TO_LEFT @ SHEARED[:3, :3], tmp_path)


def test_sheared_nrrd_and_metaimage(tmp_path):
    array = random_array()
    header = {"space": "left-posterior-superior", "space directions": SHEARED[:3, :3].T, "space origin": [0, 0, 0]}
    nrrd.write(str(tmp_path / "in.nrrd"), array, header, index_order="C")
    matrix = "TransformMatrix = 1 0 0 0.5 1 0 0 0 1\nBinaryData = True\n"
    text = META.replace("0.5 0.75 2", "1 1 2").format(matrix, "SHORT")
    (tmp_path / "in.mha").write_bytes(text.encode() + array.tobytes())
    for name in "in.nrrd", "in.mha":
        assert_oblique(name, array, SHEARED[:3, :3], tmp_path)


# DICOM


def dicom(file, array, **elements):
    """A DICOM file with these elements."""
    data = pydicom.Dataset()
    data.SOPClassUID = (
        pydicom.uid.CTImageStorage if array.ndim == 2 else pydicom.uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage
    )
    data.SOPInstanceUID = pydicom.uid.generate_uid()
    data.Modality = "CT"
    data.Rows, data.Columns = array.shape[-2:]
    if array.ndim == 3:
        data.NumberOfFrames = len(array)
    data.PhotometricInterpretation = "MONOCHROME2"
    data.SamplesPerPixel = 1
    data.BitsAllocated = data.BitsStored = 8 * array.itemsize
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(array.dtype.kind == "i")
    data.PixelData = array.tobytes() + b"\0" * (array.nbytes % 2)
    data["PixelData"].VR = "OW"
    for name, value in elements.items():
        setattr(data, name, value)
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.save_as(file, enforce_file_format=True)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_dicom(tmp_path, dtype):
    array = random_array(FLAT, dtype)
    dicom(tmp_path / "in.dcm", array, PixelSpacing=[0.75, 0.5])
    assert_right("in.dcm", array[None], "--radius", "1,1,0", cwd=tmp_path, spacing=(1, 0.75, 0.5), radius=(0, 1, 1))


def test_dicom_that_itk_changes_is_refused(tmp_path):
    array = random_array(FLAT, "uint16")
    dicom(tmp_path / "in.dcm", array, PhotometricInterpretation="MONOCHROME1")
    assert_refused("in.dcm", "is MONOCHROME1, whose values ITK inverts", "convert it", cwd=tmp_path)

    frames = [{"PixelValueTransformation": {"RescaleSlope": s, "RescaleIntercept": "0", "RescaleType": "US"}} for s in "123"]
    enhanced_dicom(tmp_path / "in.dcm", random_array((3, *FLAT), "uint16"), {}, frames)
    assert_refused("in.dcm", "has a slope of its own for each frame", "convert it", cwd=tmp_path)


def enhanced_dicom(file, array, shared, frames):
    """An enhanced CT image with these groups of elements for all frames, and for each one."""

    def sequence_of(groups):
        item = pydicom.Dataset()
        for name, elements in groups.items():
            group = pydicom.Dataset()
            for element, value in elements.items():
                setattr(group, element, value)
            setattr(item, name + "Sequence", [group])
        return item

    groups = {"PerFrameFunctionalGroupsSequence": [sequence_of(frame) for frame in frames]}
    groups["SharedFunctionalGroupsSequence"] = [sequence_of(shared)]
    dicom(file, array, SOPClassUID=pydicom.uid.EnhancedCTImageStorage, **groups)


def enhanced_stack(file, array, positions, axes=(1, 0, 0, 0, 1, 0)):
    measures = {"PixelSpacing": [0.75, 0.5], "SliceThickness": 2}
    shared = {"PixelMeasures": measures, "PlaneOrientation": {"ImageOrientationPatient": list(axes)}}
    frames = [{"PlanePosition": {"ImagePositionPatient": list(map(float, position))}} for position in positions]
    enhanced_dicom(file, array, shared, frames)


def test_frames_of_dicom(tmp_path):
    array = random_array(STACK, "uint16")
    array[0, 0, :4] = [32, 50, 40, 48]  # looks like the tags of a position and a spacing
    file = tmp_path / "in.dcm"
    even = 2.0 * np.arange(7)
    for heights in even, -even:
        enhanced_stack(file, array, [(0, 0, z) for z in heights])
        assert_right("in.dcm", array, cwd=tmp_path, spacing=(2, 0.75, 0.5))
    for order in (0, 2, 1, 3, 4, 5, 6), (0, 1, 2, 0, 1, 2, 3), (0, 0, 0, 0, 0, 0, 0):
        enhanced_stack(file, array, [(0, 0, even[i]) for i in order])
        assert_refused("in.dcm", "has frames that do not follow each other in space", "highdicom", cwd=tmp_path)


@pytest.mark.parametrize("offset, distance", [((0, 0, 0.003), "0.003"), ((0, 0, 0.9), "0.9"), ((0, 5, 0), "5")])
def test_frame_of_dicom_out_of_place(tmp_path, offset, distance):
    array = random_array(STACK, "uint16")
    positions = np.array([(0, 0, 2.0 * i) for i in range(7)])
    positions[3] += offset
    enhanced_stack(tmp_path / "in.dcm", array, positions)
    note = f"has frames that are up to {distance} mm away from where an even distance of 2 mm has them"
    done = run("in.dcm", "out.nrrd", "--border", "inside", cwd=tmp_path)
    assert done.returncode == 0 and note in done.stderr and "Source" not in done.stderr
    found, header = nrrd.read(str(tmp_path / "out.nrrd"), index_order="C")
    assert_array_equal(found, labels(array, border="inside", spacing=(2, 0.75, 0.5)))
    assert_array_equal(header["space directions"], np.diag([0.5, 0.75, 2]))


def test_sheared_frames_of_dicom(tmp_path):
    """As with a tilted gantry."""
    array = random_array(STACK, "uint16")
    enhanced_stack(tmp_path / "in.dcm", array, [(0, i, 2 * i) for i in range(7)])
    assert_oblique("in.dcm", array, np.array([[0.5, 0, 0], [0, 0.75, 1], [0, 0, 2]]), tmp_path)


# Integers


@pytest.mark.parametrize("dtype", ["uint64", "int64"])
def test_integers_that_double_does_not_hold_are_refused(tmp_path, dtype):
    array = random_array(STACK, dtype)
    array[3, 4, 5] = 2**53 + 1
    nrrd.write(str(tmp_path / "in.nrrd"), array, index_order="C")
    tifffile.imwrite(tmp_path / "in.tif", array, metadata=None)
    for name in "in.nrrd", "in.tif":
        for arguments in ("--radius", "1"), ("--radius", "3"), ("--basins", "b.nrrd", "--depth", "1"):
            assert_refused(name, cwd=tmp_path, arguments=arguments)


# Basins


@pytest.mark.parametrize("dtype", INTEGERS + ["float32", "float64"])
def test_merged_basins_of_every_type(tmp_path, dtype):
    array = random_array(STACK, dtype)
    depth = int(np.ptp(array.astype("float64"))) // 8
    nrrd.write(str(tmp_path / "in.nrrd"), array, index_order="C")
    found = labels_of("in.nrrd", "--center-score", 0, "--basins", "basins.nrrd", "--depth", depth, cwd=tmp_path)
    expected = basins(found, values=array, depth=depth)
    assert_array_equal(nrrd.read(str(tmp_path / "basins.nrrd"), index_order="C")[0], expected)
    assert 1 < expected.max() < basins(found).max()
