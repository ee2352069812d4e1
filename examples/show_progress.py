"""A progress bar of the filter.

python show_progress.py [length of each axis]
"""

import sys

import itk
import numpy as np
from itk_neighborhoodargmaxlabel.filters import NeighborhoodArgmaxLabelImageFilter
from tqdm import tqdm

length = int(sys.argv[1]) if len(sys.argv) > 1 else 512
image = itk.image_view_from_array(np.random.default_rng(0).random((length, length, length), np.float32))

labels = NeighborhoodArgmaxLabelImageFilter.New(image, radius=2)
with tqdm(total=100, unit="%") as bar:
    labels.AddObserver(itk.ProgressEvent(), lambda: bar.update(round(100 * labels.GetProgress()) - bar.n))
    labels.Update()
