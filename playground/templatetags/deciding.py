"""What a template asks of a run to decide by: the costs page with its token profile."""

from django import template

from playground.deciding import matrix_workload, run_workload

register = template.Library()
register.simple_tag(run_workload, name="workload_of")
register.simple_tag(matrix_workload, name="mean_workload_of")
