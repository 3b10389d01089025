"""What a notebook asks of its phase: a class per kind of phase, a method per question.

A method hands what a function of the phase made to a view, and does nothing else. What
is made is kept for the cells below; opened again, a phase begins anew.
"""
