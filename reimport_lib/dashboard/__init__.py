"""The runs folder as pages of a Django project: an app of its own, mounted at /runs/.

It reads what runs recorded and never holds one: a run neither knows of it nor waits
for it. What people order here the command does, in a process of its own, whose answer
lies on the disk (``execute.errands``).
"""
