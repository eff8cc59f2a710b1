"""Cover me until: promises, call-backs and pools lent to a colleague until a moment, and back by themselves.

A cover is a Basic resource with a period. What it lends is computed when the list is read, so nothing has to give it back.
"""
