#!/bin/bash
# Guess: ITK and pydicom read the same pixel values. MONOCHROME1 only says that the lowest is shown white.
# Found: ITK inverts the values: v becomes 4095 - v for 12 bits. Minima become maxima, basins become peaks.
# Versions: itk-io 5.4.7, pydicom 3.0.2, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 pydicom==3.0.2 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

stored = np.array([[0, 1, 2], [100, 200, 300]], dtype="u2")
data = Dataset()
data.file_meta = FileMetaDataset()
data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
data.StudyInstanceUID, data.SeriesInstanceUID = pydicom.uid.generate_uid(), pydicom.uid.generate_uid()
data.Modality, data.PhotometricInterpretation = "CT", "MONOCHROME1"
data.Rows, data.Columns = stored.shape
data.SamplesPerPixel, data.PixelRepresentation = 1, 0
data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
data.PixelSpacing, data.ImageOrientationPatient, data.ImagePositionPatient = [1, 1], [1, 0, 0, 0, 1, 0], [0, 0, 0]
data.PixelData = stored.tobytes()
data.save_as("slice.dcm", enforce_file_format=True)

read = itk.array_from_image(itk.imread("slice.dcm", itk.US)).squeeze()
print("pydicom:", pydicom.dcmread("slice.dcm").pixel_array.tolist())
print("ITK:    ", read.tolist())
assert np.array_equal(pydicom.dcmread("slice.dcm").pixel_array, stored)
assert np.array_equal(read, 4095 - stored.astype(int))
print("Seen: descent in one is ascent in the other.")
END
