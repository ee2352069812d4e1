#!/bin/bash
# Guess: in an enhanced (multi-frame) CT each frame gets its own rescale slope, and its place: frames at 0, 4, 2 are
# put in order, or refused.
# Found: the slope of the first frame counts for all. Frames stay as stored, 2 behind 4, with a spacing of 1
# that the file does not have.
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


def group(**tags):
    one = Dataset()
    one.update({name: value for name, value in tags.items()})
    return [one]


def read(positions, slopes):
    """What ITK makes of three frames of 100. Only what places and scales them is set, of all that an enhanced CT has."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = pydicom.uid.EnhancedCTImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data.StudyInstanceUID, data.SeriesInstanceUID = pydicom.uid.generate_uid(), pydicom.uid.generate_uid()
    data.Modality, data.PhotometricInterpretation = "CT", "MONOCHROME2"
    data.NumberOfFrames, data.Rows, data.Columns = 3, 2, 2
    data.SamplesPerPixel, data.PixelRepresentation = 1, 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    shared = Dataset()
    shared.PixelMeasuresSequence = group(PixelSpacing=[1, 1], SliceThickness=2)
    shared.PlaneOrientationSequence = group(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    data.SharedFunctionalGroupsSequence = [shared]
    frames = []
    for position, slope in zip(positions, slopes):
        frame = Dataset()
        frame.FrameContentSequence = group(StackID="1", InStackPositionNumber=sorted(positions).index(position) + 1)
        frame.PlanePositionSequence = group(ImagePositionPatient=[0, 0, position])
        frame.PixelValueTransformationSequence = group(RescaleSlope=slope, RescaleIntercept=0, RescaleType="HU")
        frames.append(frame)
    data.PerFrameFunctionalGroupsSequence = frames
    data.PixelData = np.full((3, 2, 2), 100, "u2").tobytes()
    data.save_as("frames.dcm", enforce_file_format=True)
    image = itk.imread("frames.dcm", itk.D)
    return itk.array_from_image(image)[:, 0, 0].tolist(), list(itk.spacing(image))


slopes = read([0, 2, 4], [2, 1, 4])
print("stored 100, slopes 2, 1, 4:", slopes)
assert slopes == ([200, 200, 200], [1, 1, 2])
places = read([0, 4, 2], [1, 2, 3])
print("frames at 0, 4, 2:", places)
assert places == ([100, 100, 100], [1, 1, 1])
print("Seen: 200, 200, 200 where the file says 200, 100, 400; frames 4 and 2 apart are taken as 1 apart.")
END
