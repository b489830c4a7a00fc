"""Signing in: by password, or once by the link that the server prints when it starts."""

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from sesame.utils import get_query_string, get_user

OWNER = "owner"


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "registration/login.html"
    redirect_authenticated_user = True


@require_GET
@never_cache
@login_not_required
def sign_in_by_link(request: HttpRequest) -> HttpResponse:
    """Sign in whom the link was made for; it works once, because signing in makes its signature stale."""
    user = get_user(request)
    if user is None:
        return render(request, "registration/link_expired.html", status=403)
    login(request, user, backend="sesame.backends.ModelBackend")
    return redirect("playground:compose")


def owner_link() -> str:
    """The path and query of a fresh one-time sign-in link for the owner, whose account is made when there is none.

    The owner has no password until one is set (`manage.py changepassword owner`); no default password exists.
    """
    users = get_user_model()
    owner = users.objects.filter(username=OWNER).first()
    if owner is None:
        owner = users(username=OWNER, is_staff=True, is_superuser=True)
        owner.set_unusable_password()
        owner.save()
        give_first_budgets(owner)
    return reverse("link") + get_query_string(owner)


def give_first_budgets(owner: object) -> None:
    """A new installation's budgets: small ones, which the owner changes in the admin."""
    from playground.models import Budget

    Budget.objects.get_or_create(user=owner, period=Budget.Period.DAY, defaults={"limit": 5 * 10**12})
    Budget.objects.get_or_create(user=None, period=Budget.Period.MONTH, defaults={"limit": 100 * 10**12})
