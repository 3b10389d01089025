"""The cockpit: a notebook in which a run is rehearsed, judged, applied and undone.

What there is to know is read from disk (``desk``), what is done is done by the command
in processes of its own (``orders``); ``sections`` say it, ``panels`` and ``watch`` show
it in JupyterLab. Nothing is kept in the kernel: whoever opens the notebook again joins.
"""
