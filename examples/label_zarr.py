"""Labels an image that exceeds the memory: a Zarr array, or the finest level of an OME-Zarr, in several processes.

pip install "itk-neighborhoodargmaxlabel[test]"
python label_zarr.py image.ome.zarr labels.ome.zarr --border Inside --workers 4 --memory-limit 2GB
"""

import argparse
import os
import shutil
from typing import Any

import dask.array
import ngff_zarr
import zarr
from distributed import Client, progress
from itk_neighborhoodargmaxlabel import labels


def label_zarr(source, target, client, **options):
    """Labels the array or OME-Zarr in the folder `source` into a new one in the folder `target`.

    It has the name `target.partial` until all chunks are there.
    """
    if os.path.exists(target):
        raise FileExistsError(f"{target} exists")
    partial = f"{target}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    image: Any = zarr.open(source, mode="r")
    path, metadata = None, None
    if isinstance(image, zarr.Group):
        # The metadata of the OME-Zarr, of its finest level only, is that of the labels as well.
        metadata = dict[str, Any](image.attrs)
        levels = metadata.get("ome", metadata)["multiscales"][0]
        levels["datasets"] = levels["datasets"][:1]
        path = levels["datasets"][0]["path"]
        finest = ngff_zarr.from_ngff_zarr(source).images[0]
        options["spacing"] = [finest.scale[axis] for axis in finest.dims]

    array = dask.array.from_zarr(source, component=path)
    found = labels(array, **options).rechunk(array.chunksize)
    if metadata is not None:
        zarr.create_group(partial, attributes=metadata, zarr_format=image.metadata.zarr_format)
    writing = client.compute(found.to_zarr(partial, component=path, compute=False))
    try:
        progress(writing)
        writing.result()
    finally:
        writing.release()  # or a second attempt would get the errors of this one
    os.rename(partial, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="folder of a Zarr array or an OME-Zarr")
    parser.add_argument("target", help="folder for the labels, which must not exist")
    parser.add_argument("--border", choices=["Background", "Inside", "Periodic"], default="Background")
    parser.add_argument("--center-score", type=float, default=-100.0)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--memory-limit", default="auto", help="of each process, for example 2GB")
    arguments = parser.parse_args()

    with Client(n_workers=arguments.workers, threads_per_worker=1, memory_limit=arguments.memory_limit) as client:
        label_zarr(arguments.source, arguments.target, client, border=arguments.border, center_score=arguments.center_score)


if __name__ == "__main__":
    main()
