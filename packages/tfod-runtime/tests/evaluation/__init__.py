"""COCO's evaluation, against answers by hand and against pycocotools alone."""
